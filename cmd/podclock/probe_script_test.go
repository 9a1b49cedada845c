package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/podclock/podclock/probe/handler/handlertest"
)

// serve is the script command `serve FILE VAR`. It starts a server on the loopback that
// behaves as the JSON in the file says, and stores its port in the variable.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: serve FILE VAR")
	}
	var script handlertest.Script
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &script))
	server, err := handlertest.Start(script)
	ts.Check(err)
	ts.Defer(server.Close)
	ts.Setenv(args[1], strconv.Itoa(server.Port()))
}

// expand is the script command `expand FILE VAR...`. It replaces each $VAR in the file by
// the value of the variable.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: expand FILE VAR...")
	}
	text := ts.ReadFile(args[0])
	for _, name := range args[1:] {
		text = strings.ReplaceAll(text, "$"+name, ts.Getenv(name))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o644))
}
