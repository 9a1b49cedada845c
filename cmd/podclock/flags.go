package main

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/podclock/podclock/scenario"
)

// flagError formats an error of the flags with the command, the flag and the cure.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var without *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	at := cmd.CommandPath()
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%s: %w; its flags are %s: %s", at, err, flagNames(cmd), cmd.UseLine())
	case errors.As(err, &without):
		value, usage := pflag.UnquoteUsage(without.GetFlag())
		return fmt.Errorf("%s: --%s needs a value, %s: %s", at, without.GetFlag().Name, value, usage)
	case errors.As(err, &invalid):
		return fmt.Errorf("%s: --%s: %w", at, invalid.GetFlag().Name, valueError(invalid))
	}
	return fmt.Errorf("%s: %w; see %s --help", at, err, at)
}

func flagNames(cmd *cobra.Command) string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	return strings.Join(names, ", ")
}

// valueError adds to an invalid value what to write instead. Flags of this package's own
// types say so themselves.
func valueError(e *pflag.InvalidValueError) error {
	switch flag := e.GetFlag(); flag.Value.Type() {
	case "bool":
		return fmt.Errorf("%q is neither true nor false; write --%s or --%s=false", e.GetValue(), flag.Name, flag.Name)
	case "int":
		return fmt.Errorf("%q is no whole number, or too great a one; write one such as 3", e.GetValue())
	case "uint64":
		return fmt.Errorf("%q is no whole number from 0 to %d; write one such as 7", e.GetValue(), uint64(math.MaxUint64))
	}
	return e.Unwrap()
}

// file is a flag with the name of a file. It may be given once.
type file string

// String returns the name.
func (f *file) String() string { return string(*f) }

// Type returns the name of the value in usage texts.
func (f *file) Type() string { return "FILE" }

// Set sets the name. It is an error if there is one already.
func (f *file) Set(name string) error {
	if *f != "" {
		return fmt.Errorf("%q comes after %q; give one file: the probes are those of one object", name, *f)
	}
	*f = file(name)
	return nil
}

// length is a flag for a positive time, written as in scenarios.
type length time.Duration

// String returns the time. If it is not set, it returns "".
func (l *length) String() string {
	if *l == 0 {
		return ""
	}
	return time.Duration(*l).String()
}

// Type returns the name of the value in usage texts.
func (l *length) Type() string { return "time" }

// Set parses a time.
func (l *length) Set(text string) error {
	d, err := scenario.ParseDuration(text)
	if err == nil && d == 0 {
		err = errors.New("a story of no length; give a time such as 10m")
	}
	*l = length(d)
	return err
}

// choice is a flag with a word of a closed set.
type choice struct {
	is string
	of []string
}

// String returns the chosen word.
func (c *choice) String() string { return c.is }

// Type returns the name of the value in usage texts.
func (c *choice) Type() string { return "word" }

// Set chooses a word of the set.
func (c *choice) Set(word string) error {
	for _, w := range c.of {
		if w == word {
			c.is = word
			return nil
		}
	}
	return fmt.Errorf("%q is not known; choose one of %s", word, strings.Join(c.of, ", "))
}
