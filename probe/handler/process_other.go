//go:build !unix

package handler

import (
	"os"
	"os/exec"
)

// ownGroup does nothing, because there are no process groups here.
func ownGroup(*exec.Cmd) {}

// killGroup kills only the process.
func killGroup(leader *os.Process) error { return leader.Kill() }

func endedByKill(*os.ProcessState) bool { return true }

func exitStatus(state *os.ProcessState) int { return state.ExitCode() }
