package scenario

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

// podWith is a Deployment whose container has these further lines.
func podWith(lines string) string {
	return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: web:1
` + lines
}

func TestABadManifestIsAnErrorWithItsPlaceAndCure(t *testing.T) {
	for _, c := range []struct{ what, manifest, want string }{
		{"an empty file", "", "m.yaml:1: no pod: it is empty; give a file with a Pod, Deployment,"},
		{"only comments", "# nothing\n---\n# here\n", "m.yaml:1: no pod: it is empty;"},
		{"no pod in it", "apiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: ConfigMap\n", "m.yaml:1: no pod: it holds Service, ConfigMap; give"},
		{"a kind of an API that is gone", "apiVersion: extensions/v1beta1\nkind: Deployment\n", "m.yaml:1: no pod: it holds Deployment of extensions/v1beta1 (podclock takes Deployment of apps/v1); give"},
		{"documents of nothing", "---\n---\n# here\n---\n", "m.yaml:1: no pod: it is empty; give"},
		{"a list of nothing", "apiVersion: v1\nkind: List\nitems: []\n", "m.yaml:1: no pod: it is empty; give"},
		{"a list without items", "apiVersion: v1\nkind: List\n", "m.yaml:1: no pod: it is empty; give"},
		{"a list of null", "apiVersion: v1\nkind: List\nitems:\n- null\n", "m.yaml:4: not a Kubernetes object: give it apiVersion and kind"},
		{"a list of services", "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service}\n", "m.yaml:1: no pod: it holds Service; give"},
		{"a kind of another group", "apiVersion: serving.knative.dev/v1\nkind: Service\n---\napiVersion: v1\nkind: Service\n", "m.yaml:1: no pod: it holds Service of serving.knative.dev/v1, Service; give"},
		{"a kind in small letters", "apiVersion: v1\nkind: pod\n", "m.yaml:1: no pod: it holds pod of v1 (podclock takes Pod of v1); give"},
		{"no apiVersion", "kind: Pod\n", "m.yaml:1: not a Kubernetes object: give it apiVersion"},
		{"no kind", "apiVersion: v1\n", "m.yaml:1: not a Kubernetes object: give it kind"},
		{"a scenario", "manifest: web.yaml\n", "m.yaml:1: not a Kubernetes object: it looks like a scenario; give the manifest alone"},
		{"a Deployment that calls itself a Pod", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  template: {}\n", "m.yaml:5: spec.template: unknown field; a Pod has no such field; if this is a Deployment, write kind: Deployment and apiVersion: apps/v1"},
		{"a Pod that calls itself a Deployment", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  containers: []\n", "m.yaml:5: spec.containers: unknown field; it is of the pod; put it into the spec of the template"},
		{"text", "hello", "m.yaml:1: not a Kubernetes object: give it apiVersion and kind"},
		{"values of a chart", "a: 1\n---\nreplicaCount: 3\n", "m.yaml:1: not a Kubernetes object"},
		{"broken YAML", "apiVersion: v1\nkind: Pod\nmetadata: {name: [}\n", "m.yaml:3: not valid YAML: did not find expected node content; correct the YAML"},
		{"broken YAML in a later document", "apiVersion: v1\nkind: Service\n---\n\na: b: c\n", "m.yaml:5: not valid YAML: mapping values are not allowed in this context; correct the YAML"},
		{"a tab", "apiVersion: v1\nkind: Pod\nspec:\n\tcontainers: []\n", "m.yaml:4: not valid YAML: found character that cannot start any token;"},
		{"a chart's template", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n", "this looks like an unrendered Helm template: give the output of `helm template`"},
		{"a key given twice", podWith("          image: web:2\n"), "m.yaml:10: image: given twice, first in line 9; keep one"},
		{"an unknown field", podWith("          livenesProbe: {}\n"), "m.yaml:10: spec.template.spec.containers[0].livenesProbe: unknown field; did you mean livenessProbe?"},
		{"an unknown field in an inlined struct", podWith("          livenessProbe: {httpget: {port: 80}}\n"), "m.yaml:10: spec.template.spec.containers[0].livenessProbe.httpget: unknown field; did you mean httpGet?"},
		{"a field at the wrong level", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\ncontainers: []\n", "m.yaml:4: containers: unknown field; known here: apiVersion, kind, metadata, spec, status"},
		{"text for a number", podWith("          livenessProbe:\n            exec: {command: [a]}\n            periodSeconds: 10s\n"), "m.yaml:12: spec.template.spec.containers[0].livenessProbe.periodSeconds: text where a whole number is wanted; remove the quotes or the unit"},
		{"a number for text", podWith("          env:\n            - name: PORT\n              value: 80\n"), "m.yaml:12: spec.template.spec.containers[0].env[0].value: a number where text is wanted; put it in quotes"},
		{"a boolean for text", podWith("          env: [{name: DEBUG, value: yes}]\n"), "m.yaml:10: spec.template.spec.containers[0].env[0].value: a bool where text is wanted; put it in quotes"},
		{"one command for a list", podWith("          command: run\n"), "m.yaml:10: spec.template.spec.containers[0].command: a string where a list is wanted; begin each item"},
		{"a quantity that is none", podWith("          resources:\n            limits:\n              memory: 1Gb\n"), "m.yaml:12: spec.template.spec.containers[0].resources.limits.memory: quantities must match"},
		{"no template", "apiVersion: v1\nkind: ReplicationController\nmetadata: {name: a}\n", "m.yaml:1: ReplicationController/a: spec.template is missing; add it"},
		{"no name", "# first\napiVersion: v1\nkind: Pod\nspec: {containers: []}\n", "m.yaml:2: Pod: metadata.name is missing; add it"},
		{"a Deployment that is done", podWith("      restartPolicy: OnFailure\n"), `m.yaml:10: spec.template.spec.restartPolicy: Unsupported value: "OnFailure": supported values: "Always"`},
		{"a Job that is never done", "apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\nspec:\n  template:\n    spec: {containers: []}\n", `m.yaml:6: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"`},
		{"a list that is none", "apiVersion: v1\nkind: List\nitems: {}\n", `m.yaml:3: List: items is no list; begin each item with "- "`},
		{"in a list", "apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n  spec:\n    contaners: []\n", "m.yaml:6: items[0].spec.contaners: unknown field; did you mean containers?"},
		{"in JSON", "{\n\"apiVersion\": \"v1\",\n\"kind\": \"Pod\",\n\"metadata\": {\"name\": \"a\"},\n\"spec\": {\n\t\"restart\": \"Never\",\n\t\"containers\": []}}", "m.yaml:6: spec.restart: unknown field; did you mean restartPolicy?"},
		{"a key given twice in JSON", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"},\n\"spec\": {\"nodeName\": \"a\",\n\"nodeName\": \"b\"}}", "spec.nodeName: given twice; keep one"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := podIn(c.manifest)
			checkError(t, err, c.want)
		})
	}
}

// podIn loads the only pod of a manifest.
func podIn(manifest string) (*Object, error) {
	m, err := ParseManifest("m.yaml", []byte(manifest))
	if err != nil {
		return nil, err
	}
	o, err := m.Find("")
	if err != nil {
		return nil, err
	}
	pod, err := o.Pod()
	if err == nil && pod == nil {
		panic("neither pod nor error")
	}
	return o, err
}

// checkError wants an error whose text contains want and all of whose parts
// have a place.
func checkError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want %q", want)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("error:\n%v\nwant:\n%s", err, want)
	}
	for _, e := range flatten(err) {
		var placed *Error
		ofFile := regexp.MustCompile(`^[^:]+: (cannot be|larger than) `).MatchString(e.Error()) // as a whole: no line
		if !errors.As(e, &placed) || placed.Line < 1 && !ofFile || placed.File == "" {
			t.Errorf("%v has no place", e)
		}
	}
}

func TestEveryProblemOfAManifestIsReportedInOrderOfLines(t *testing.T) {
	_, err := podIn(podWith("          probe: {}\n          imagePullPolicy: Always\n          port: 80\n"))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "m.yaml:10: ") || !strings.HasPrefix(lines[1], "m.yaml:12: ") {
		t.Errorf("errors:\n%v", err)
	}
}

func TestValidationErrorsAreFoundInTheManifest(t *testing.T) {
	o, err := podIn("---\n" + podWith("          livenessProbe:\n            tcpSocket: {port: 0}\n            successThreshold: 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	pod, _ := o.Pod()
	err = o.Locate(validate(pod))
	for _, want := range []string{
		"m.yaml:12: spec.template.spec.containers[0].livenessProbe.tcpSocket.port: Invalid value: 0: must be between 1 and 65535, inclusive",
		"m.yaml:13: spec.template.spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
	} {
		checkError(t, err, want)
	}
}

func TestTheNameOfAPodIsThatOfItsObject(t *testing.T) {
	const upper = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: webApp\nspec:\n  template:\n    spec:\n      containers: [{name: app, image: web:1}]\n"
	o, err := podIn(upper)
	if err != nil {
		t.Fatal(err)
	}
	pod, _ := o.Pod()
	checkError(t, o.Locate(validate(pod)), `m.yaml:4: metadata.name: Invalid value: "webApp": `)
}

func TestADeletionInAManifestIsDroppedAndSaid(t *testing.T) {
	const live = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  deletionTimestamp: 2026-01-01T00:00:30Z\n  deletionGracePeriodSeconds: 30\nspec:\n  containers: [{name: app, image: web:1}]\n"
	o, err := podIn(live)
	if err != nil {
		t.Fatal(err)
	}
	pod, err := o.Pod()
	if err != nil || pod.DeletionTimestamp != nil || pod.DeletionGracePeriodSeconds != nil {
		t.Errorf("pod %v, %v", pod.ObjectMeta, err)
	}
	warnings := o.Warnings(pod)
	if len(warnings) != 1 || warnings[0].Line != 5 || !strings.Contains(warnings[0].Error(), "metadata.deletionTimestamp: ignored") {
		t.Errorf("warnings %v", warnings)
	}
}

// The API server's words stand as they are; what to write instead comes after.
func TestErrorsOfTheAPIServerEndWithACure(t *testing.T) { // P10, P11, P12
	const negative = ": Invalid value: -1: must be greater than or equal to 0; "
	for _, c := range []struct{ probe, want string }{
		{"livenessProbe: {exec: {command: [a]}, initialDelaySeconds: -1}", "livenessProbe.initialDelaySeconds" + negative + "write 0 or more, or remove it for no delay"},
		{"livenessProbe: {exec: {command: [a]}, timeoutSeconds: -1}", "livenessProbe.timeoutSeconds" + negative + "write 1 or more, or remove it for the default, 1"},
		{"startupProbe: {exec: {command: [a]}, periodSeconds: -1}", "startupProbe.periodSeconds" + negative + "write 1 or more, or remove it for the default, 10"},
		{"readinessProbe: {exec: {command: [a]}, successThreshold: -1}", "readinessProbe.successThreshold" + negative + "write 1 or more, or remove it for the default, 1"},
		{"livenessProbe: {exec: {command: [a]}, successThreshold: -1}", "livenessProbe.successThreshold" + negative + "write 1 or remove it"},
		{"startupProbe: {exec: {command: [a]}, successThreshold: 2}", "startupProbe.successThreshold: Invalid value: 2: must be 1; write 1 or remove it"},
		{"readinessProbe: {exec: {command: [a]}, failureThreshold: -1}", "readinessProbe.failureThreshold" + negative + "write 1 or more, or remove it for the default, 3"},
		{"livenessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 0}", "livenessProbe.terminationGracePeriodSeconds: Invalid value: 0: must be greater than 0; write 1 or more, or remove it for the pod's own"},
		{"readinessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 9}", "readinessProbe.terminationGracePeriodSeconds: Invalid value: 9: must not be set for readinessProbes; remove it"},
		{"livenessProbe: {periodSeconds: 1}", "livenessProbe: Required value: must specify a handler type; add exec, httpGet, tcpSocket or grpc"},
		{"lifecycle: {preStop: {}}", "lifecycle.preStop: Required value: must specify a handler type; add exec, httpGet or sleep"},
		{"livenessProbe: {grpc: {port: 1}, tcpSocket: {port: 1}}", "livenessProbe.grpc: Forbidden: may not specify more than 1 handler type; keep one"},
	} {
		o, err := podIn(podWith("          " + c.probe + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		pod, _ := o.Pod()
		err = o.Locate(validate(pod))
		checkError(t, err, "m.yaml:10: spec.template.spec.containers[0]."+c.want)
		for _, line := range strings.Split(err.Error(), "\n") {
			if !strings.Contains(line, "; ") {
				t.Errorf("%s: without a cure: %s", c.probe, line)
			}
		}
	}
}

func TestAnObjectIsFoundByNameKindAndShortName(t *testing.T) {
	m, err := ParseManifest("m.yaml", []byte(podWith("")+"---\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: db}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[string]string{
		"Deployment/web": "Deployment/web", "deploy/web": "Deployment/web", "deployments/web": "Deployment/web",
		"po/web": "Pod/web", "db": "Pod/db",
	} {
		if o, err := m.Find(ref); err != nil || o.String() != want {
			t.Errorf("Find(%q) = %v, %v; want %s", ref, o, err, want)
		}
	}
	for ref, want := range map[string]string{
		"":           "m.yaml has 3 objects with pods: choose one of Deployment/web, Pod/web, Pod/db, with --object and --namespace, or a scenario's keys object and namespace",
		"web":        `object "web": m.yaml has several: Deployment/web, Pod/web`,
		"api":        `object "api": not in m.yaml; it has Deployment/web, Pod/web, Pod/db`,
		"Service/db": `object "Service/db": Service is no kind that holds a pod`,
	} {
		if _, err := m.Find(ref); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Find(%q): %v; want %s", ref, err, want)
		}
	}
}

func TestTheSameObjectTwiceIsToldWithItsLines(t *testing.T) {
	const pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\n"
	m, err := ParseManifest("m.yaml", []byte(pod+"---\n"+podWith("")+"---\n"+pod))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Find("deploy/web"); err != nil {
		t.Errorf("of the one beside them: %v", err)
	}
	const want = "m.yaml has Pod/web more than once, in lines 1 and 15: remove one of them"
	if _, err := m.Find("po/web"); err == nil || err.Error() != want {
		t.Errorf("%v; want %s", err, want)
	}
}

func TestALoadedManifestIsTheCallersOwn(t *testing.T) {
	o, err := podIn(podWith(""))
	if err != nil {
		t.Fatal(err)
	}
	first, _ := o.Pod()
	first.Spec.Containers[0].Image = "changed"
	if second, _ := o.Pod(); second.Spec.Containers[0].Image != "web:1" {
		t.Errorf("the second pod has the first one's image %q", second.Spec.Containers[0].Image)
	}
}
