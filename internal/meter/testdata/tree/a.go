// Package a has two types.
package a

// T is documented.
type T struct{}

// M is a method.
func (t *T) M() {}

func (t T) n() int {
	return 1
}

type U[V any] struct{}

func (u *U[V]) M() {}

const (
	A = 1 // documented beside itself
	B = 2
)
