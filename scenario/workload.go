package scenario

import (
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/podclock/podclock"
)

// kind is one kind of object that holds a pod.
type kind struct {
	apiVersion, name, short string
	// template is the path of the pod's template. For a pod itself it is "".
	template string
	// policies are the restart policies that the API server accepts for the kind. If
	// nil, it accepts any.
	policies []corev1.RestartPolicy
	// read decodes the object and returns its name and pod.
	read func(d *document, raw []byte, path string) (metav1.ObjectMeta, *corev1.PodTemplateSpec, error)
}

var (
	always      = []corev1.RestartPolicy{corev1.RestartPolicyAlways}
	untilDone   = []corev1.RestartPolicy{corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever}
	podTemplate = "spec.template"
)

// kinds lists the kinds that hold pods, in the order of the documentation.
var kinds = []kind{
	{"v1", "Pod", "po", "", nil, podOf(func(o *corev1.Pod) (metav1.ObjectMeta, *corev1.PodTemplateSpec) {
		return o.ObjectMeta, &corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}
	})},
	{"apps/v1", "Deployment", "deploy", podTemplate, always,
		podOf(func(o *appsv1.Deployment) (metav1.ObjectMeta, *corev1.PodTemplateSpec) {
			return o.ObjectMeta, &o.Spec.Template
		})},
	{"apps/v1", "StatefulSet", "sts", podTemplate, always,
		podOf(func(o *appsv1.StatefulSet) (metav1.ObjectMeta, *corev1.PodTemplateSpec) {
			return o.ObjectMeta, &o.Spec.Template
		})},
	{"apps/v1", "DaemonSet", "ds", podTemplate, always,
		podOf(func(o *appsv1.DaemonSet) (metav1.ObjectMeta, *corev1.PodTemplateSpec) {
			return o.ObjectMeta, stays(&o.Spec.Template)
		})},
	{"apps/v1", "ReplicaSet", "rs", podTemplate, always,
		podOf(func(o *appsv1.ReplicaSet) (metav1.ObjectMeta, *corev1.PodTemplateSpec) {
			return o.ObjectMeta, &o.Spec.Template
		})},
	{"v1", "ReplicationController", "rc", podTemplate, always,
		podOf(func(o *corev1.ReplicationController) (metav1.ObjectMeta, *corev1.PodTemplateSpec) {
			return o.ObjectMeta, o.Spec.Template
		})},
	{"batch/v1", "Job", "job", podTemplate, untilDone,
		podOf(func(o *batchv1.Job) (metav1.ObjectMeta, *corev1.PodTemplateSpec) {
			return o.ObjectMeta, &o.Spec.Template
		})},
	{"batch/v1", "CronJob", "cj", "spec.jobTemplate.spec.template", untilDone,
		podOf(func(o *batchv1.CronJob) (metav1.ObjectMeta, *corev1.PodTemplateSpec) {
			return o.ObjectMeta, &o.Spec.JobTemplate.Spec.Template
		})},
}

// podOf returns the read function of a kind for its Go type.
func podOf[T any](pod func(*T) (metav1.ObjectMeta, *corev1.PodTemplateSpec)) func(*document, []byte,
	string) (metav1.ObjectMeta, *corev1.PodTemplateSpec, error) {
	return func(d *document, raw []byte, path string) (metav1.ObjectMeta, *corev1.PodTemplateSpec, error) {
		object := new(T)
		if err := d.decode(raw, path, object); err != nil {
			return metav1.ObjectMeta{}, nil, err
		}
		meta, template := pod(object)
		return meta, template, nil
	}
}

// ends reports whether the pods of the kind are expected to end.
func (k *kind) ends() bool { return len(k.policies) > 0 && k.policies[0] != corev1.RestartPolicyAlways }

// endJob returns the apps with one for each container of a job that has none. That
// one exits with 0 at once.
func (o *Object) endJob(pod *corev1.Pod, apps map[string]podclock.App) map[string]podclock.App {
	if !o.kind.ends() {
		return apps
	}
	if apps == nil {
		apps = map[string]podclock.App{}
	}
	for i := range pod.Spec.Containers {
		if name := pod.Spec.Containers[i].Name; apps[name] == nil {
			apps[name] = podclock.Script{{Exit: &podclock.Exit{}}}
		}
	}
	return apps
}

// unplayed lists the fields of a job that concern its controller, which is not
// played.
var unplayed = []string{
	"activeDeadlineSeconds", "backoffLimit", "backoffLimitPerIndex", "completionMode", "completions", "maxFailedIndexes",
	"parallelism", "podFailurePolicy", "podReplacementPolicy", "successPolicy", "suspend", "ttlSecondsAfterFinished",
}

// warnUnplayed reports the fields of a job that a scenario does not play.
func (o *Object) warnUnplayed(p *problems) {
	job, ok := strings.CutSuffix(o.kind.template, ".template")
	if !o.kind.ends() || !ok {
		return
	}
	for _, name := range unplayed {
		at := prefixed(o.path, join(job, name))
		if line, ok := o.doc.find(at); ok {
			p.addf(line, "%s: not played: there are pods here, and no job controller", at)
		}
	}
}

// stays adds the toleration with which the DaemonSet controller keeps its pods on a
// lost node (S83).
func stays(t *corev1.PodTemplateSpec) *corev1.PodTemplateSpec {
	t.Spec.Tolerations = append(t.Spec.Tolerations, corev1.Toleration{
		Key: corev1.TaintNodeUnreachable, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoExecute,
	})
	return t
}

// kindOf returns the kind with this apiVersion and name, or nil.
func kindOf(apiVersion, name string) *kind {
	for i, k := range kinds {
		if k.apiVersion == apiVersion && k.name == name {
			return &kinds[i]
		}
	}
	return nil
}

// kindNamed returns the kind with this name, plural or short name, or nil. Case does
// not matter, as for kubectl.
func kindNamed(name string) *kind {
	lower := strings.ToLower(name)
	for i, k := range kinds {
		full := strings.ToLower(k.name)
		if lower == full || lower == full+"s" || lower == k.short {
			return &kinds[i]
		}
	}
	return nil
}

func kindNames() []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.name
	}
	return names
}

// checkPolicy returns an error for a restart policy that the API server refuses for
// pods of the kind.
func (k *kind) checkPolicy(policy corev1.RestartPolicy) *field.Error {
	path := field.NewPath("spec", "restartPolicy")
	if policy == "" {
		policy = corev1.RestartPolicyAlways // the default of every pod template
	}
	for _, p := range k.policies {
		if p == policy {
			return nil
		}
	}
	if k.policies == nil {
		return nil
	}
	if len(k.policies) > 1 && policy == corev1.RestartPolicyAlways {
		return field.Required(path, fmt.Sprintf("valid values: %q, %q", k.policies[0], k.policies[1]))
	}
	return field.NotSupported(path, policy, k.policies)
}
