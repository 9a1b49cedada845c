package scenario

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

const onePod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: app, image: web:1}]\n"

func TestAHugeFileIsRefusedUnread(t *testing.T) {
	for _, size := range []int64{100 << 20, 10 << 30} {
		file := filepath.Join(t.TempDir(), "huge.yaml")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(file, size); err != nil {
			t.Fatal(err)
		}
		_, err := ReadManifest(file)
		checkError(t, err, "huge.yaml: larger than 16 MiB: give a file that holds only the manifests concerned")
	}
}

func TestAFileThatCannotBeReadIsNamed(t *testing.T) {
	_, err := ReadManifest(filepath.Join(t.TempDir(), "none.yaml"))
	checkError(t, err, "none.yaml: cannot be opened: no such file or directory")
	_, err = ReadManifest(t.TempDir())
	checkError(t, err, ": cannot be read: it is a directory; give the path of a file")
}

// endless is a reader of a line that never ends.
type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

func TestAnEndlessInputIsRefused(t *testing.T) {
	_, err := ReadAllFrom("standard input", endless{}, Choice{})
	checkError(t, err, "standard input: larger than 16 MiB: give a file")
}

// in16 encodes text as UTF-16 without a byte order mark.
func in16(order binary.AppendByteOrder, text string) []byte {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return out
}

func TestUTF16WithAByteOrderMarkIsRead(t *testing.T) {
	const labelled = "# 𝄞\n" + onePod
	for what, data := range map[string][]byte{
		"UTF-8":                    append([]byte("\xef\xbb\xbf"), labelled...),
		"UTF-16, little end first": in16(binary.LittleEndian, "\ufeff"+labelled),
		"UTF-16, big end first":    in16(binary.BigEndian, "\ufeff"+labelled),
	} {
		if _, err := Parse("m.yaml", data, "", nil); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestAnotherEncodingIsAnErrorWithItsPlaceAndCure(t *testing.T) {
	const cure = "; save the file as UTF-8, as with iconv -f OLD -t UTF-8"
	latin1 := strings.Replace(onePod, "web:1", "caf\xe9:1", 1)
	for _, c := range []struct{ what, data, want string }{
		{"Latin-1", latin1, "m.yaml:5: the byte 0xe9 is not UTF-8, but Latin-1 or the like" + cure},
		{"Latin-1 at the end", onePod + "# \xe9", "m.yaml:6: the byte 0xe9 is not UTF-8, but Latin-1 or the like" + cure},
		{"UTF-16 without a mark", string(in16(binary.LittleEndian, onePod)), "m.yaml:1: UTF-16 or UTF-32 without a byte order mark, or no text" + cure},
		{"UTF-16 without a mark, big end first", string(in16(binary.BigEndian, onePod)), "m.yaml:1: UTF-16 or UTF-32 without a byte order mark, or no text" + cure},
		{"half a character", "\xff\xfea\x00p", "m.yaml:1: UTF-16 that ends within a character" + cure},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "m.yaml:1: UTF-32" + cure},
		{"zeros in a text", "kind: Pod\nmetadata: \x00\n", "m.yaml:2: a byte 0: this is no text; give a file of YAML or JSON"},
		{"half a pair", "\xff\xfea\x00\x00\xd8b\x00", "m.yaml:1: UTF-16 with half a character" + cure},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := Parse("m.yaml", []byte(c.data), "", nil)
			checkError(t, err, c.want)
			_, err = ParseManifest("m.yaml", []byte(c.data))
			checkError(t, err, c.want)
		})
	}
}

// A manifest and a scenario are told apart by the keys of the first document, however
// it is written.
func TestAManifestIsKnownByItsKeys(t *testing.T) {
	const flow = `{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: app, image: "web:1"}]}}`
	for _, text := range []string{
		onePod, "---\n" + onePod, "# first\n\n--- # second\n# third\n" + onePod, "--- " + flow, "---\t" + flow + "\n---\n", flow,
		"kind: Pod\napiVersion: v1\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web:1}]}",
	} {
		if !isManifest([]byte(text)) {
			t.Errorf("taken for a scenario:\n%s", text)
		}
		if _, err := Parse("m.yaml", []byte(text), "", nil); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
	for _, text := range []string{"", "---\n", "for: 1m\n---\n" + onePod, "{for: 1m}\n--- " + flow, "{for: 1m", "manifest:\n  kind: Pod\n"} {
		if isManifest([]byte(text)) {
			t.Errorf("taken for a manifest:\n%s", text)
		}
	}
}
