package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/scenario"
)

// source makes an agent's pods those of the manifests in a directory.
type source struct {
	options
	pods   *pods
	log    *slog.Logger
	held   map[string]*corev1.Pod // by file: its pod when the file was last valid
	wrong  map[string]string      // by file: its logged mistakes
	looked atomic.Int64           // Unix nanoseconds of the last look that succeeded
}

// look reads the directory, and adds and removes pods. What cannot be done yet is done by a
// later look.
func (s *source) look() {
	files, err := s.files()
	if err != nil {
		s.log.Error("the manifests cannot be read: nothing changes", "err", err)
		return
	}
	held, wrong := map[string]*corev1.Pod{}, map[string]string{}
	for _, file := range files {
		pod, err := s.load(file)
		if err != nil {
			pod = s.held[file] // a file that is half written must not end its pod
			if wrong[file] = err.Error(); wrong[file] != s.wrong[file] {
				s.complain(wrong[file])
			}
		} else if s.wrong[file] != "" {
			s.log.Info("a manifest is in order again", "file", file)
		}
		if pod != nil {
			held[file] = pod
		}
	}
	s.held, s.wrong = held, wrong
	s.apply()
	s.looked.Store(time.Now().UnixNano())
}

// complain logs joined errors one by one.
func (s *source) complain(errs string) {
	for line := range strings.Lines(errs) {
		s.log.Error("a manifest has a mistake, and changes nothing: " + strings.TrimSuffix(line, "\n"))
	}
}

// files returns the manifests in the directory, sorted.
func (s *source) files() ([]string, error) {
	entries, err := os.ReadDir(s.manifests)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		path := filepath.Join(s.manifests, entry.Name())
		ends := slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path))
		if info, err := os.Stat(path); ends && !strings.HasPrefix(entry.Name(), ".") && err == nil &&
			info.Mode().IsRegular() {
			files = append(files, path)
		}
	}
	return files, nil
}

// load makes a static pod of a manifest, as a kubelet does (S84). Its UID depends on the
// node, the file and the content.
func (s *source) load(file string) (*corev1.Pod, error) {
	manifest, err := scenario.ReadManifest(file)
	if err != nil {
		return nil, err
	}
	objects := manifest.Objects()
	if object := objects[len(objects)-1]; len(objects) > 1 || object.Kind != "Pod" {
		return nil, &scenario.Error{File: file, Line: object.Line,
			Msg: object.String() + ": a static pod's file holds one Pod: put it, and nothing else, there"}
	}
	object, err := manifest.Find("")
	if err != nil {
		return nil, manifest.Locate(err)
	}
	pod, err := object.Pod()
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(pod)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s", s.node, filepath.Base(file), content))
	pod.UID = types.UID(hex.EncodeToString(hash[:16]))
	pod.Name += "-" + s.node
	pod.Spec.NodeName = s.node
	if pod.Annotations == nil {
		pod.Annotations = map[string]string{}
	}
	pod.Annotations["kubernetes.io/config.source"] = "file"
	pod.Annotations["kubernetes.io/config.hash"] = string(pod.UID)
	if _, err := lifecycle.Compile(pod, config); err != nil {
		return nil, objects[0].Locate(err)
	}
	return pod, nil
}

// apply makes the agent's pods those of the files. A removed pod that is wanted again must
// be gone first. Another pod with the same name must have ended (S84).
func (s *source) apply() {
	wanted, there := map[types.UID]bool{}, map[types.UID]bool{}
	for _, pod := range s.held {
		wanted[pod.UID] = true
	}
	for _, pod := range s.pods.Pods() {
		there[pod.UID] = true
		if !wanted[pod.UID] && s.pods.remove(pod.UID) {
			s.log.Info("a manifest is gone", "pod", pod.Name, "uid", pod.UID)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(s.held)) {
		pod := s.held[file]
		if there[pod.UID] {
			continue
		}
		s.log.Info("a manifest is new", "pod", pod.Name, "uid", pod.UID, "file", file)
		if err := s.pods.Add(pod); err != nil {
			s.log.Error("a pod is not run", "pod", pod.Name, "err", err)
		}
	}
}

// age returns how long ago a look last succeeded.
func (s *source) age() time.Duration { return time.Since(time.Unix(0, s.looked.Load())) }
