package scenario

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// manyPods is a manifest of one pod for each of "name" and "name in namespace".
func manyPods(names ...string) string {
	var docs []string
	for _, n := range names {
		name, namespace, given := strings.Cut(n, " in ")
		if given {
			namespace = ", namespace: " + namespace
		}
		docs = append(docs, "apiVersion: v1\nkind: Pod\nmetadata: {name: "+name+namespace+"}\nspec: {containers: [{name: app, image: web:1}]}\n")
	}
	return strings.Join(docs, "---\n")
}

func all(manifest string, c Choice) ([]string, []*Scenario, error) {
	stories, err := parseAll("m.yaml", []byte(manifest), c, nil)
	if err != nil {
		return nil, nil, err
	}
	var objects []string
	for _, s := range stories {
		objects = append(objects, s.Object.String())
	}
	return objects, stories, nil
}

func TestAChoiceSelectsObjects(t *testing.T) {
	manifest := manyPods("web", "web in shop", "db in shop") + "---\n" + podWith("")
	for _, c := range []struct {
		choice Choice
		want   string
	}{
		{Choice{}, "[Pod/web Pod/web in namespace shop Pod/db in namespace shop Deployment/web]"},
		{Choice{Object: "web"}, "[Pod/web Pod/web in namespace shop Deployment/web]"},
		{Choice{Object: "deploy/web"}, "[Deployment/web]"},
		{Choice{Namespace: "shop"}, "[Pod/web in namespace shop Pod/db in namespace shop]"},
		{Choice{Namespace: "default"}, "[Pod/web Deployment/web]"},
		{Choice{Object: "po/web", Namespace: "shop"}, "[Pod/web in namespace shop]"},
	} {
		objects, _, err := all(manifest, c.choice)
		if got := fmt.Sprint(objects); err != nil || got != c.want {
			t.Errorf("%+v: %s, %v; want %s", c.choice, got, err, c.want)
		}
	}
	const has = "; it has Pod/web, Pod/web in namespace shop, Pod/db in namespace shop, Deployment/web"
	for c, want := range map[Choice]string{
		{Object: "db", Namespace: "default"}: `m.yaml:1: object "db" in namespace "default": not in m.yaml` + has,
		{Object: "api"}:                      `m.yaml:1: object "api": not in m.yaml` + has,
		{Namespace: "shops"}:                 `m.yaml:1: namespace "shops": not in m.yaml` + has,
	} {
		_, _, err := all(manifest, c)
		checkError(t, err, want)
		if !errors.Is(err, ErrNoPod) {
			t.Errorf("%v is not ErrNoPod", err)
		}
	}
	_, _, err := all("apiVersion: v1\nkind: Service\n", Choice{})
	if !errors.Is(err, ErrNoPod) {
		t.Errorf("%v is not ErrNoPod", err)
	}
}

func TestAScenarioChoosesItsObjectByItsNamespace(t *testing.T) {
	manifest := manyPods("web", "web in shop")
	open := func(string) ([]byte, error) { return []byte(manifest), nil }
	const both = "pods:\n- {manifest: m.yaml, object: web, namespace: default}\n- {manifest: m.yaml, object: web, namespace: shop}\n"
	s, err := Parse("s.yaml", []byte(both), "", open)
	if err != nil || len(s.Options.Pods) != 2 || s.Options.Pods[1].Manifest.Namespace != "shop" {
		t.Errorf("%v", err)
	}
	stories, err := parseAll("s.yaml", []byte("manifest: m.yaml\nnamespace: default\n"), Choice{Namespace: "shop"}, open)
	if err != nil || stories[0].Options.Pods[0].Manifest.Namespace != "shop" {
		t.Errorf("the caller's choice goes before the file's: %v", err)
	}
	_, err = Parse("s.yaml", []byte("manifest: m.yaml\nobject: web\nnamespace: stop\n"), "", open)
	checkError(t, err, `s.yaml:2: object "web" in namespace "stop": not in m.yaml; it has Pod/web, Pod/web in namespace shop`)
}

// What is wrong with a part of a manifest that is not played keeps no other from being
// played. Whether it is played is known of what has a kind.
func TestAFaultInWhatIsNotChosenIsAWarning(t *testing.T) {
	const (
		twice    = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\ndata: {c: d}\n"
		typo     = "apiVersion: v1\nkind: Pod\nmetadata: {name: other}\nspec:\n  containers:\n  - {name: app, imagee: web:1}\n"
		twicePod = "apiVersion: v1\nkind: Pod\nmetadata: {name: other}\nspec:\n  containers: [{name: app, image: web:1}]\n  containers: []\n"
		refused  = "apiVersion: v1\nkind: Pod\nmetadata: {name: other}\nspec:\n  containers: [{name: App, image: web:1}]\n"
	)
	for _, c := range []struct {
		what, second string
		want         string // of the warning, or of the error where the second document may be chosen
		podless      bool
	}{
		{"a key given twice in a ConfigMap", twice, "m.yaml:10: data: given twice, first in line 9; keep one", true},
		{"an unknown field", typo, "m.yaml:11: spec.containers[0].imagee: unknown field; did you mean image?", false},
		{"a key given twice in a pod", twicePod, "m.yaml:11: containers: given twice, first in line 10; keep one", false},
		{"a pod that the API server refuses", refused, `m.yaml:10: spec.containers[0].name: Invalid value: "App"`, false},
		{"broken YAML", "a: b: c\n", "m.yaml:6: not valid YAML: mapping values are not allowed", false},
		{"no kind", "a: b\n", "m.yaml:5: not a Kubernetes object: give it apiVersion and kind", false},
		{"metadata that are none", "apiVersion: v1\nkind: Pod\nmetadata: web\n", "m.yaml:8: metadata: a string where fields", false},
		{"an item of a list", "apiVersion: v1\nkind: List\nitems: [{a: b}]\n", "m.yaml:8: not a Kubernetes object: give it apiVersion and kind", false},
	} {
		t.Run(c.what, func(t *testing.T) {
			manifest := manyPods("web") + "---\n" + c.second
			_, stories, err := all(manifest, Choice{Object: "po/web"})
			if err != nil {
				t.Fatal(err)
			}
			warnings := stories[0].Warnings()
			if len(warnings) != 1 || !strings.HasPrefix(warnings[0].Error(), c.want) {
				t.Errorf("warnings %v; want %s", warnings, c.want)
			}
			_, _, err = all(manifest, Choice{})
			if c.podless && err != nil {
				t.Error(err)
			}
			if !c.podless {
				checkError(t, err, c.want)
			}
			_, _, err = all(manifest, Choice{Object: "po/third"})
			checkError(t, err, `m.yaml:1: object "po/third": not in m.yaml; it has Pod/web`)
		})
	}
}

func TestAScenarioIsPlayedBesideAFaultThatIsNotItsOwn(t *testing.T) {
	const story = "object: web\n---\n"
	s, err := Parse("s.yaml", []byte(story+manyPods("web")+"---\nkind: [\n"), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := s.Warnings(); len(w) != 1 || !strings.HasPrefix(w[0].Error(), "s.yaml:8: not valid YAML") {
		t.Errorf("warnings %v", w)
	}
}
