package answer

import "fmt"

// Hook names the container whose hook failed, and its pod by its long name,
// NAME_NAMESPACE(UID).
type Hook struct{ Container, Pod string }

// Exec returns the complete text for a failed exec hook (C34, C36).
func (h Hook) Exec(command []string, err, output string) string {
	return fmt.Sprintf("Exec lifecycle hook (%v) for Container %q in Pod %q failed - error: %s, message: %q",
		command, h.Container, h.Pod, err, output)
}

// HTTP returns the complete text for a failed httpGet hook (C34, C37).
func (h Hook) HTTP(path, err string) string {
	return fmt.Sprintf("HTTP lifecycle hook (%s) for Container %q in Pod %q failed - error: %s", path, h.Container, h.Pod,
		err)
}

// Sleep returns the complete text for a sleep hook that was interrupted (C34, C38).
func (h Hook) Sleep(seconds int64, err string) string {
	return fmt.Sprintf("Sleep lifecycle hook (%d) for Container %q in Pod %q failed - error: %s",
		seconds, h.Container, h.Pod, err)
}
