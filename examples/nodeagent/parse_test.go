package main

import (
	"io"
	"strings"
	"testing"
)

func TestFlagsSayWhatIsWrongWithThem(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for args, want := range map[string]string{
		"":                                 `-manifests is required`,
		"-manifests none":                  `-manifests: stat none: no such file or directory: name the directory`,
		"-manifests main.go":               `-manifests "main.go": it is no directory`,
		"-manifests testdata -listen here": `-listen "here": give a host and a port`,
		"-manifests testdata more":         `"more" is no flag`,
		"-manifests testdata -interval 0s": `-interval 0s: give a time above zero`,
		"-manifests testdata -node=":       `-node is empty`,
		"-manifests testdata -state=":      `-state is empty`,
		"-manifest testdata":               `flag provided but not defined`,
	} {
		if _, err := parse(strings.Fields(args), io.Discard); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v; want %s", args, err, want)
		}
	}
}

func TestByDefaultOnlyThisMachineIsServed(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	o, err := parse([]string{"-manifests", "testdata", "-node", "Node-1"}, io.Discard)
	if err != nil || o.listen != "127.0.0.1:10255" || o.node != "node-1" || o.state == "" {
		t.Errorf("options %+v, %v", o, err)
	}
}

func TestWithoutAHomeTheStateNeedsADirectory(t *testing.T) {
	for _, variable := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData", "home"} {
		t.Setenv(variable, "")
	}
	_, err := parse([]string{"-manifests", "testdata", "-node", "n"}, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "-state is empty") || !strings.Contains(err.Error(), "name a directory") {
		t.Errorf("%v; want that -state must be given", err)
	}
	if o, err := parse([]string{"-manifests", "testdata", "-node", "n", "-state", "own"}, io.Discard); err != nil || o.state != "own" {
		t.Errorf("with -state: %+v, %v", o, err)
	}
}
