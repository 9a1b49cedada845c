//go:build !unix

package main

func main() { panic("cost: getrusage is for unix alone") }
