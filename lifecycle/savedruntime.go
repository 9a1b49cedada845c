package lifecycle

import "time"

type savedRequest struct {
	Op        uint64      `json:"op"`
	Request   requestName `json:"request"`
	Container int         `json:"container"`
	Instance  uint64      `json:"instance,omitempty"`
	Attempt   uint64      `json:"attempt,omitempty"`
	Hook      hookName    `json:"hook,omitempty"`
	Since     time.Time   `json:"since,omitzero"`
}

func saveRequest(r openRequest) savedRequest {
	return savedRequest{r.op, requestName(r.request), r.container, r.instance, r.attempt, hookName(r.hook), r.since}
}

func (s savedRequest) load() openRequest {
	return openRequest{s.Op, ActionType(s.Request), s.Container, s.Instance, s.Attempt, HookKind(s.Hook), s.Since}
}
