package scenario

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	yamlv3 "go.yaml.in/yaml/v3"
)

// positions maps a path, such as "spec.containers[0].name", to the line in the file
// of its key. For a list item, it is the item's first line.
type positions map[string]int

// maxPositions bounds the index, since aliases can multiply a document.
const maxPositions = 1 << 18

func positionsOf(d *document) positions {
	p := positions{}
	if d.isJSON {
		p.walkJSON(d)
		return p
	}
	var root yamlv3.Node
	if yamlv3.Unmarshal(d.text, &root) == nil && len(root.Content) == 1 {
		p.walkYAML(root.Content[0], "", d.line-1)
	}
	return p
}

var bracketKey = regexp.MustCompile(`\[([^\]]*[^\]0-9][^\]]*)\]`)

// of returns the line of path or of its nearest known parent. If there is none, it
// returns fallback. path may have map keys in brackets, as [field.Path] writes them.
func (p positions) of(path string, fallback int) int {
	path = bracketKey.ReplaceAllString(path, ".$1")
	for path != "" {
		if line, ok := p[path]; ok {
			return line
		}
		path = path[:max(0, strings.LastIndexAny(path, ".["))]
	}
	return fallback
}

func (p positions) set(path string, line int) {
	if _, ok := p[path]; !ok && len(p) < maxPositions {
		p[path] = line
	}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func (p positions) walkYAML(n *yamlv3.Node, path string, offset int) {
	if len(p) >= maxPositions {
		return
	}
	switch n.Kind {
	case yamlv3.AliasNode:
		p.walkYAML(n.Alias, path, offset)
	case yamlv3.SequenceNode:
		for i, c := range n.Content {
			p.set(item(path, i), offset+c.Line)
			p.walkYAML(c, item(path, i), offset)
		}
	case yamlv3.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if key.Tag == "!!merge" {
				p.walkMerged(value, path, offset)
				continue
			}
			p.set(join(path, key.Value), offset+key.Line)
			p.walkYAML(value, join(path, key.Value), offset)
		}
	}
}

// repeatedKeys reports every key that a mapping of the document gives twice.
func (d *document) repeatedKeys(p *problems) {
	var root yamlv3.Node
	if yamlv3.Unmarshal(d.text, &root) == nil {
		d.repeatedIn(p, &root)
	}
}

func (d *document) repeatedIn(p *problems, n *yamlv3.Node) {
	seen := map[string]int{}
	for i, c := range n.Content {
		d.repeatedIn(p, c)
		if n.Kind != yamlv3.MappingNode || i%2 == 1 || c.Tag == "!!merge" {
			continue
		}
		line := d.line + c.Line - 1
		if first := seen[c.Value]; first > 0 {
			p.addf(line, "%s: given twice, first in line %d; keep one", c.Value, first)
		}
		seen[c.Value] = line
	}
}

// walkMerged walks the mapping, or the list of mappings, under a merge key.
func (p positions) walkMerged(n *yamlv3.Node, path string, offset int) {
	if n.Kind == yamlv3.SequenceNode {
		for _, c := range n.Content {
			p.walkYAML(c, path, offset)
		}
		return
	}
	p.walkYAML(n, path, offset)
}

func (p positions) walkJSON(d *document) {
	w := jsonWalker{positions: p, text: d.text, line: d.line, dec: json.NewDecoder(bytes.NewReader(d.text))}
	w.value("")
}

// jsonWalker follows the tokens of one JSON value and counts lines as it goes.
type jsonWalker struct {
	positions positions
	text      []byte
	dec       *json.Decoder
	counted   int // the bytes of text whose line breaks are in line
	line      int // in the file, of the byte at counted
}

// token returns the next token and its line. It returns false at the end.
func (w *jsonWalker) token() (json.Token, int, bool) {
	t, err := w.dec.Token()
	if err != nil {
		return nil, 0, false
	}
	end := int(w.dec.InputOffset())
	w.line += bytes.Count(w.text[w.counted:end], []byte("\n"))
	w.counted = end
	return t, w.line, true
}

func (w *jsonWalker) value(path string) {
	t, line, ok := w.token()
	if !ok {
		return
	}
	w.positions.set(path, line)
	switch t {
	case json.Delim('['):
		for i := 0; w.dec.More(); i++ {
			w.value(item(path, i))
		}
		w.token()
	case json.Delim('{'):
		for w.dec.More() {
			key, line, ok := w.token()
			name, isString := key.(string)
			if !ok || !isString {
				return
			}
			w.positions.set(join(path, name), line)
			w.value(join(path, name))
		}
		w.token()
	}
}
