package a

func TestNothing() {}
