package answer

import "fmt"

// Hook is whose hook has failed: the container's name and the pod's long name,
// NAME_NAMESPACE(UID).
type Hook struct{ Container, Pod string }

// Exec is the whole text of an exec hook that failed (C34, C36).
func (h Hook) Exec(command []string, err, output string) string {
	return fmt.Sprintf("Exec lifecycle hook (%v) for Container %q in Pod %q failed - error: %s, message: %q",
		command, h.Container, h.Pod, err, output)
}

// HTTP is the whole text of an httpGet hook that failed (C34, C37).
func (h Hook) HTTP(path, err string) string {
	return fmt.Sprintf("HTTP lifecycle hook (%s) for Container %q in Pod %q failed - error: %s", path, h.Container, h.Pod,
		err)
}

// Sleep is the whole text of a sleep hook that was cut off (C34, C38).
func (h Hook) Sleep(seconds int64, err string) string {
	return fmt.Sprintf("Sleep lifecycle hook (%d) for Container %q in Pod %q failed - error: %s",
		seconds, h.Container, h.Pod, err)
}
