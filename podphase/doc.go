// Package podphase computes what the API shows of a pod from the statuses of its containers:
// phase, conditions, QoS class, and the columns of kubectl get pods.
//
//	rules := podphase.Compile(pod, restart.Gates{})
//	fmt.Println(rules.Phase(&pod.Status, false, true)) // Running
//	fmt.Println(podphase.Columns(pod, now).Status)     // CrashLoopBackOff
//
// [Rules] has what these functions need of the spec. It is compiled once, and pods of the
// same spec can share it. A sync then uses these functions, in this order:
//
//	phase       [Rules.Phase], then [Resolve]
//	conditions  [Rules.Conditions], then [Stamp]
//	API         [Truncate], [Equal], [Reported]
//
// All functions are pure: they use only their arguments, and now is one of them. Rule
// numbers such as S21 and S60 are those of docs/rules.md.
package podphase
