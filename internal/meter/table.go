package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// table writes a row for each package and one for all.
func table(w io.Writer, packages []*figures) error {
	var b strings.Builder
	b.WriteString("| package | lines | functions | median | p90 | largest | most methods | exported | documented | " +
		"comments | " +
		fmt.Sprintf("files > %d | lines > %d |\n", longFile, wideLine))
	b.WriteString("|---|" + strings.Repeat("---:|", 5) + "---|" + strings.Repeat("---:|", 5) + "\n")
	all := &figures{name: "all", methods: map[string]int{}}
	for _, p := range packages {
		b.WriteString(p.row())
		all.add(p)
	}
	b.WriteString(all.row())
	_, err := io.WriteString(w, b.String())
	return err
}

func (f *figures) row() string {
	sizes := slices.Sorted(slices.Values(f.functions))
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %s | %d | %s | %s | %d | %d |\n",
		f.name, f.lines, len(sizes), quantile(sizes, 50), quantile(sizes, 90), quantile(sizes, 100), f.mostMethods(),
		f.exported, share(f.documented, f.exported), share(f.comments, f.lines), f.longFiles, f.wideLines)
}

// quantile returns the least size that percent of all sizes do not exceed. Of no sizes
// it returns 0.
func quantile(sorted []int, percent int) int {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(0, (len(sorted)*percent+99)/100-1)]
}

// mostMethods names the receiver with the most methods, and among equals the first by
// name.
func (f *figures) mostMethods() string {
	most, name := 0, ""
	for _, receiver := range slices.Sorted(maps.Keys(f.methods)) {
		if n := f.methods[receiver]; n > most {
			most, name = n, receiver
		}
	}
	if most == 0 {
		return "-"
	}
	return fmt.Sprintf("%s %d", name, most)
}

func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%d %%", (100*part+whole/2)/whole)
}
