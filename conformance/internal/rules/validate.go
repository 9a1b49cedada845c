package rules

import (
	"encoding/json"
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/podclock/podclock/conformance/internal/corpus"
	"github.com/podclock/podclock/lifecycle/apiserver"
)

// Validate is the defaults and the errors of an API server for a pod.
var Validate = corpus.Kind{Name: "validate", Recorded: []string{"defaulted", "errors", "otherErrors"},
	Replay: corpus.Exact(replayValidate)}

type validateRecord struct {
	ID        int             `json:"id"`
	Pod       corev1.Pod      `json:"pod"`
	Defaulted any             `json:"defaulted"`
	Errors    []validateError `json:"errors"`
	// OtherErrors is the number of errors about fields that are not recorded.
	OtherErrors int `json:"otherErrors"`
}

type validateError struct {
	Field    string `json:"field"`
	Type     string `json:"type"`
	Detail   string `json:"detail"`
	BadValue any    `json:"badValue"`
	Text     string `json:"text"`
}

func replayValidate(line []byte) (string, error) {
	var record validateRecord
	if err := corpus.DecodeStrictly(line, &record); err != nil {
		return "", err
	}
	about := fmt.Sprintf("record %d", record.ID)
	apiserver.SetDefaults(&record.Pod)
	defaulted, err := plain(reduced(&record.Pod))
	if err != nil {
		return "", err
	}
	if !reflect.DeepEqual(record.Defaulted, defaulted) {
		return fmt.Sprintf("%s: after defaulting:\n  kubernetes %v\n  podclock   %v", about, record.Defaulted, defaulted), nil
	}
	apiserver.DropDisabled(&record.Pod)
	return diffErrors(about, &record, apiserver.Validate(&record.Pod))
}

func diffErrors(about string, record *validateRecord, errs field.ErrorList) (string, error) {
	for i := range max(len(errs), len(record.Errors)) {
		switch {
		case i >= len(errs):
			return fmt.Sprintf("%s: error %d missing: %s", about, i+1, record.Errors[i].Text), nil
		case i >= len(record.Errors):
			return fmt.Sprintf("%s: error %d too many: %s", about, i+1, errs[i]), nil
		}
		got, err := recorded(errs[i])
		if err != nil {
			return "", err
		}
		if !reflect.DeepEqual(record.Errors[i], got) {
			return fmt.Sprintf("%s: error %d:\n  kubernetes %+v\n  podclock   %+v", about, i+1, record.Errors[i], got), nil
		}
	}
	if record.OtherErrors != 0 {
		return fmt.Sprintf("%s: %d errors about other fields: kubernetes has them, podclock none", about,
			record.OtherErrors), nil
	}
	return "", nil
}

// recorded returns an error in the form of the corpus.
func recorded(e *field.Error) (validateError, error) {
	got := validateError{Field: e.Field, Type: string(e.Type), Detail: e.Detail, Text: e.Error()}
	if e.Type == field.ErrorTypeRequired || e.Type == field.ErrorTypeForbidden {
		return got, nil // the message does not have their value
	}
	var err error
	got.BadValue, err = plain(e.BadValue)
	return got, err
}

// plain returns v as JSON would decode it into an any.
func plain(v any) (any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out any
	err = json.Unmarshal(text, &out)
	return out, err
}

// reduced returns a pod with only those fields that the corpus records.
func reduced(pod *corev1.Pod) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: pod.Name, Namespace: pod.Namespace},
		Spec: corev1.PodSpec{
			InitContainers:                reducedContainers(pod.Spec.InitContainers),
			Containers:                    reducedContainers(pod.Spec.Containers),
			RestartPolicy:                 pod.Spec.RestartPolicy,
			TerminationGracePeriodSeconds: pod.Spec.TerminationGracePeriodSeconds,
			ActiveDeadlineSeconds:         pod.Spec.ActiveDeadlineSeconds,
			OS:                            pod.Spec.OS,
		},
	}
}

// hooks returns a lifecycle with only its hooks, as in the records.
func hooks(l *corev1.Lifecycle) *corev1.Lifecycle {
	if l == nil {
		return nil
	}
	return &corev1.Lifecycle{PostStart: l.PostStart, PreStop: l.PreStop}
}

func reducedContainers(containers []corev1.Container) []corev1.Container {
	var out []corev1.Container
	for i := range containers {
		c := &containers[i]
		out = append(out, corev1.Container{
			Name: c.Name, Image: c.Image, RestartPolicy: c.RestartPolicy, RestartPolicyRules: c.RestartPolicyRules,
			LivenessProbe: c.LivenessProbe, ReadinessProbe: c.ReadinessProbe, StartupProbe: c.StartupProbe,
			Lifecycle: hooks(c.Lifecycle),
		})
	}
	return out
}
