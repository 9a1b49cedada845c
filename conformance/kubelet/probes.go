package kubelet

import (
	_ "k8s.io/kubernetes/pkg/probe/exec"
	_ "k8s.io/kubernetes/pkg/probe/grpc"
	_ "k8s.io/kubernetes/pkg/probe/http"
	_ "k8s.io/kubernetes/pkg/probe/tcp"
)
