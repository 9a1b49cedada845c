// Package podphase derives what the world sees of a pod from the statuses of its
// containers: phase, conditions, QoS class, and the columns of kubectl get pods.
//
//	rules := podphase.Compile(pod, restart.Gates{})
//	fmt.Println(rules.Phase(&pod.Status, false, true)) // Running
//	fmt.Println(podphase.Columns(pod, now).Status)     // CrashLoopBackOff
//
// [Rules] is what these functions need of the spec, compiled once; any number of
// pods of the same spec share it. A sync then goes through
//
//	phase       [Rules.Phase], then [Resolve]
//	conditions  [Rules.Conditions], then [Stamp]
//	API         [Truncate], [Equal], [Reported]
//
// Everything here is a pure function of its arguments; now is one of them. Rule
// numbers (S21, S60) refer to the semantics reference of Kubernetes v1.36.
package podphase
