package scenario

import (
	"math"

	"github.com/podclock/podclock"
)

// images reads the images of the node and of its registry.
//
//	images:
//	  example/app:2: {pulls: [{takes: 3s, error: not found}, {takes: 12s}]}
func (v value) images() map[string]podclock.Image {
	images := map[string]podclock.Image{}
	v.entries(func(name string, _ int, entry value) {
		var img podclock.Image
		if entry.isScalar() {
			img.Present = entry.oneOf("present", "absent") == "present"
		} else {
			entry.fields(map[string]fieldReader{
				"present": func(e value) { img.Present = e.boolean() },
				"size":    func(e value) { img.Size = e.integer(0, math.MaxInt64) },
				"pulls":   func(e value) { e.items(func(p value) { img.Pulls = append(img.Pulls, p.pull()) }) },
			})
		}
		images[name] = img
	})
	return images
}

// pull reads one attempt to pull. A time without keys is how long a successful one
// takes.
func (v value) pull() podclock.Pull {
	var p podclock.Pull
	if v.isScalar() {
		p.Takes = v.duration()
		return p
	}
	v.fields(map[string]fieldReader{
		"takes": func(e value) { p.Takes = e.duration() },
		"error": func(e value) { p.Error = e.text() },
	})
	return p
}

func (v value) sandbox() podclock.Sandbox {
	var s podclock.Sandbox
	v.fields(map[string]fieldReader{
		"errors":      func(e value) { s.Errors = e.texts() },
		"statusError": func(e value) { s.StatusError = e.text() },
		"takes":       func(e value) { s.Takes = e.duration() },
		"stopTakes":   func(e value) { s.StopTakes = e.duration() },
		"diesAfter":   func(e value) { s.DiesAfter = e.duration() },
		"ip":          func(e value) { s.IP = e.text() },
	})
	return s
}

func (v value) latency() podclock.Latency {
	var l podclock.Latency
	v.fields(map[string]fieldReader{
		"runSandbox":      func(e value) { l.RunSandbox = e.duration() },
		"stopSandbox":     func(e value) { l.StopSandbox = e.duration() },
		"createContainer": func(e value) { l.CreateContainer = e.duration() },
		"startContainer":  func(e value) { l.StartContainer = e.duration() },
		"removeContainer": func(e value) { l.RemoveContainer = e.duration() },
		"exec":            func(e value) { l.Exec = e.duration() },
	})
	return l
}
