package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// document is one YAML document or JSON value of a file.
type document struct {
	file string
	line int    // in the file, from 1, at which text begins
	text []byte // as written
	json []byte // the same as JSON, converted as the API server converts it; nil if it is no YAML
	// fault is what is wrong with the document as YAML. If nil, nothing is.
	fault error
	// isJSON says that text is JSON, whose lines are found by its tokens.
	isJSON bool
	// lines is nil until the first error needs it.
	lines positions
}

// documents splits a file in UTF-8 and converts each document to JSON. It skips empty
// documents.
func documents(file string, data []byte) []*document {
	if docs, ok := jsonDocuments(file, data); ok {
		return docs
	}
	var docs []*document
	for _, d := range split(file, data) {
		if d.convert(); d.fault != nil || !bytes.Equal(d.json, []byte("null")) {
			docs = append(docs, d)
		}
	}
	return docs
}

// convert fills in json and fault. That a key is given twice is a fault, unless a merge
// key gives it first.
func (d *document) convert() {
	p := problems{file: d.file}
	var err error
	d.json, err = yaml.YAMLToJSONStrict(d.text)
	if err != nil && strings.Contains(err.Error(), "already set in map") {
		d.repeatedKeys(&p)
		d.json, err = yaml.YAMLToJSON(d.text)
	}
	if err != nil {
		d.json = nil
		d.broken(&p, err)
	}
	d.fault = p.err()
}

// jsonDocuments reads a file of JSON values. It returns false if the file is none.
func jsonDocuments(file string, data []byte) ([]*document, bool) {
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return nil, false
	}
	var docs []*document
	dec := json.NewDecoder(bytes.NewReader(data))
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err == io.EOF {
			return docs, true
		} else if err != nil {
			return nil, false
		}
		start := int(dec.InputOffset()) - len(raw)
		line := 1 + bytes.Count(data[:start], []byte("\n"))
		docs = append(docs, &document{file: file, line: line, text: raw, json: raw, isJSON: true})
	}
}

// split cuts a YAML file at its document markers. A marker line starts the
// document that follows it, so that content beside the marker is kept.
func split(file string, data []byte) []*document {
	var docs []*document
	start, startLine, line := 0, 1, 0
	for pos := 0; pos < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[pos:], '\n'); i >= 0 {
			end = pos + i + 1
		}
		line++
		if pos > start && isMarker(data[pos:end]) {
			docs = append(docs, &document{file: file, line: startLine, text: data[start:pos]})
			start, startLine = pos, line
		}
		pos = end
	}
	return append(docs, &document{file: file, line: startLine, text: data[start:]})
}

// content returns the document's text from its first character that is neither a marker,
// a comment nor space.
func (d *document) content() []byte {
	text := d.text
	if isMarker(text) {
		text = text[len("---"):]
	}
	for {
		text = bytes.TrimLeft(text, " \t\r\n")
		if len(text) == 0 || text[0] != '#' {
			return text
		}
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
}

func isMarker(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("---"))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r' || rest[0] == '\n')
}

var (
	yamlLine = regexp.MustCompile(`line (\d+): `)
	// fromZero matches errors of the YAML library's parser, which counts lines from
	// 0. Its scanner counts them from 1.
	fromZero = regexp.MustCompile(`did not find expected (node content|key|<|'-' indicator|',' or )`)
	// unquoted matches a value of one line that begins with >. YAML takes the > for
	// the beginning of a text of several lines.
	unquoted     = regexp.MustCompile(`[:,{\[-][ \t]*(>[^#,}\]\n]*[^#,}\]\s])`)
	helmTemplate = regexp.MustCompile(`\{\{-?\s*[.a-z$"]`)
)

// broken reports each problem of a document that is not YAML, at its line.
func (d *document) broken(p *problems, err error) {
	cure := "correct the YAML"
	if helmTemplate.Match(d.text) {
		cure = "this looks like an unrendered Helm template: give the output of `helm template`"
	}
	text := strings.TrimPrefix(strings.ReplaceAll(err.Error(), "yaml: unmarshal errors:\n", ""),
		"error converting YAML to JSON: ")
	for _, msg := range strings.Split(strings.TrimSpace(text), "\n") {
		msg = strings.TrimPrefix(strings.TrimSpace(msg), "yaml: ")
		line := d.line
		if m := yamlLine.FindStringSubmatch(msg); m != nil {
			n, _ := strconv.Atoi(m[1]) // only digits
			if fromZero.MatchString(msg) {
				n++
			}
			n = min(n, 1+bytes.Count(bytes.TrimSpace(d.text), []byte("\n"))) // the end is the last line
			line, msg = d.line+n-1, strings.Replace(msg, m[0], "", 1)
		}
		if value := unquoted.FindSubmatch(d.lineText(line)); value != nil {
			cure = fmt.Sprintf("put what begins with > in quotes: %q", value[1])
		}
		p.addf(line, "not valid YAML: %s; %s", msg, cure)
	}
}

// lineText returns a line of the file. If the document does not have it, it returns
// nil.
func (d *document) lineText(line int) []byte {
	lines := bytes.Split(d.text, []byte("\n"))
	if i := line - d.line; i >= 0 && i < len(lines) {
		return lines[i]
	}
	return nil
}

// find returns the line of the value at a path, and whether it is in the file.
func (d *document) find(path string) (int, bool) {
	line := d.lineOf(path)
	_, ok := d.lines[path]
	return line, ok
}

// lineOf returns the line in the file of the value at a path. For a value that the
// file does not have, it returns the line of the nearest parent.
func (d *document) lineOf(path string) int {
	if d.lines == nil {
		d.lines = positionsOf(d)
	}
	return d.lines.of(path, d.line)
}
