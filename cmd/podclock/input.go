package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podclock/podclock/scenario"
)

// input has the files of a command, and what is chosen of them.
type input struct {
	stdin  io.Reader
	choice scenario.Choice
}

// stories reads all files and returns what is chosen of them, and how many files have no
// pod. Only if none has one is that an error.
func (in *input) stories(files []string) (stories []*scenario.Scenario, without []string, err error) {
	var none, errs []error
	for _, file := range files {
		of, err := in.read(file)
		switch {
		case errors.Is(err, scenario.ErrNoPod):
			none, without = append(none, err), append(without, file)
		case err != nil:
			errs = append(errs, err)
		}
		stories = append(stories, of...)
	}
	if len(stories) == 0 && len(errs) == 0 {
		errs = none
	}
	if err := errors.Join(errs...); err != nil {
		return nil, nil, err
	}
	return unclaimed(stories), without, nil
}

func (in *input) read(file string) ([]*scenario.Scenario, error) {
	if file == "-" {
		return scenario.ReadAllFrom("standard input", in.stdin, in.choice)
	}
	return scenario.ReadAll(file, in.choice)
}

// unclaimed removes the objects of manifests that a scenario among the stories plays.
func unclaimed(stories []*scenario.Scenario) []*scenario.Scenario {
	type place struct {
		file string
		line int
	}
	placeOf := func(o *scenario.Object) place { return place{filepath.Clean(o.File), o.Line} }
	claimed := map[place]bool{}
	for _, s := range stories {
		if s.Object != nil {
			continue
		}
		for _, o := range s.Objects() {
			claimed[placeOf(o)] = true
		}
	}
	return slices.DeleteFunc(stories, func(s *scenario.Scenario) bool {
		return s.Object != nil && claimed[placeOf(s.Object)]
	})
}

// filesOf returns the files that arguments name: files, directories and globs. - is
// standard input.
func filesOf(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		paths, err := matches(arg)
		if err != nil {
			return nil, err
		}
		for _, path := range paths {
			of, err := within(path)
			if err != nil {
				return nil, err
			}
			files = append(files, of...)
		}
	}
	return files, nil
}

// hidden reports whether a path is of a file that shells do not match with *.
func hidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }

// matches returns the paths that match a glob. What is no glob is a path.
func matches(arg string) ([]string, error) {
	if _, err := os.Lstat(arg); err == nil || !strings.ContainsAny(arg, "*?[") {
		return []string{arg}, nil
	}
	paths, err := filepath.Glob(arg)
	if err != nil {
		return nil, fmt.Errorf("%s: no pattern: %w; close each [ with ]", arg, err)
	}
	if !hidden(arg) {
		paths = slices.DeleteFunc(paths, hidden)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: no file matches; * stands for any part of a name, but not for /", arg)
	}
	return paths, nil
}

// within returns the files of a directory that may be manifests or scenarios, in the
// order of their names. What is no directory is a file.
func within(path string) ([]string, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return []string{path}, nil // to read it gives the error
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("%w; give a readable directory", err)
	}
	var files []string
	for _, e := range entries {
		ends := slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(e.Name()))
		if ends && !e.IsDir() && !hidden(e.Name()) {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: a directory without a .yaml, .yml or .json file; those of directories in it are not "+
			"read: give one that has some", path)
	}
	return files, nil
}
