package main

import (
	"context"
	"log/slog"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/podclock/podclock/lifecycle"
	"github.com/podclock/podclock/timeline"
)

// journal logs what happens to pods: their events, the decisions with their reasons, and
// kubectl's columns when they change.
type journal struct {
	log   *slog.Logger
	shown map[types.UID]string // the columns that were last logged
}

func newJournal(log *slog.Logger) *journal { return &journal{log: log, shown: map[types.UID]string{}} }

// record is the agent's OnRecord. Only one goroutine at a time calls it.
func (j *journal) record(pod lifecycle.Identity, r timeline.Record) {
	level, attrs := slog.LevelInfo, []slog.Attr{slog.String("pod", pod.Name)}
	text := r.Text()
	switch r.Kind {
	case timeline.Event:
		if r.Type == corev1.EventTypeWarning {
			level = slog.LevelWarn
		}
	case timeline.Decision:
		if r.Reason == timeline.DecidedKill.String() {
			return // the event says the same
		}
	case timeline.Status:
		if j.shown[pod.UID] == text {
			return
		}
		j.shown[pod.UID], text = text, "status"
		s := r.State
		attrs = append(attrs, slog.String("ready", s.Ready), slog.String("status", s.Status),
			slog.String("restarts", s.Restarts))
		if s.Full.PodIP != "" {
			attrs = append(attrs, slog.String("ip", s.Full.PodIP))
		}
	case timeline.Fact:
		if r.Reason != lifecycle.NameTaken.String() {
			return
		}
		level = slog.LevelWarn
	case timeline.Exited, timeline.Lost, timeline.Failed:
	case timeline.Finished:
		delete(j.shown, pod.UID)
	default:
		return
	}
	if r.Container != "" {
		attrs = append(attrs, slog.String("container", r.Container))
	}
	j.log.LogAttrs(context.Background(), level, text, attrs...)
}
