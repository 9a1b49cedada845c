package lifecycle

type savedRequest struct {
	Op        uint64      `json:"op"`
	Request   requestName `json:"request"`
	Container int         `json:"container"`
	Instance  uint64      `json:"instance,omitempty"`
	Attempt   uint64      `json:"attempt,omitempty"`
	Hook      hookName    `json:"hook,omitempty"`
}

func saveRequest(r openRequest) savedRequest {
	return savedRequest{r.op, requestName(r.request), r.container, r.instance, r.attempt, hookName(r.hook)}
}

func (s savedRequest) load() openRequest {
	return openRequest{s.Op, ActionType(s.Request), s.Container, s.Instance, s.Attempt, HookKind(s.Hook)}
}
