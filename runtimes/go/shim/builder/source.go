package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	program   = "server"   // in the install volume: what the compilation makes
	modules   = ".modules" // in the install volume: what the installation has downloaded
	signature = "func Handler(event functions.Event, context functions.Context) (string, error)"
)

// copySource copies the function to a folder of the phase's own: the volume stays as it is. Links are
// followed, those to folders too, because Kubernetes mounts a config map as links.
func copySource(volume, target string) error { return copyFolder(volume, target, nil) }

// copyFolder leaves out a link to one of the folders `above` it: it would be followed for ever.
func copyFolder(folder, target string, above []os.FileInfo) error {
	information, err := os.Stat(folder)
	if err != nil {
		return err
	}
	isSame := func(other os.FileInfo) bool { return os.SameFile(information, other) }
	if slices.ContainsFunc(above, isSame) {
		return nil
	}
	if err := os.MkdirAll(target, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if !isSource(entry.Name(), above == nil) {
			continue
		}
		from, to := filepath.Join(folder, entry.Name()), filepath.Join(target, entry.Name())
		if err := copyEntry(from, to, append(slices.Clip(above), information)); err != nil {
			return err
		}
	}
	return nil
}

// isSource leaves out what the phases have made, and `..data`, where Kubernetes keeps the files of a config
// map.
func isSource(name string, isTop bool) bool {
	made := isTop && (name == program || name == modules)
	return !made && !strings.HasPrefix(name, "..")
}

func copyEntry(from, to string, above []os.FileInfo) error {
	information, err := os.Stat(from) // of what a link stands for
	if err != nil {
		return err
	}
	if information.IsDir() {
		return copyFolder(from, to, above)
	}
	if !information.Mode().IsRegular() {
		return nil
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o644)
}

// source is what the files of the function tell.
type source struct {
	modules []string            // files without `.go`
	names   []string            // exported functions
	others  map[string]ast.Node // exported declarations that are no functions
	kinds   map[string]*ast.FuncType
	broken  bool // a file can't be parsed; the compiler will tell better
}

// inspect reads the package in a folder.
func inspect(folder string) (source, error) {
	found := source{others: map[string]ast.Node{}, kinds: map[string]*ast.FuncType{}}
	files, _ := filepath.Glob(filepath.Join(folder, "*.go"))
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".go")
		if strings.HasSuffix(name, "_test") || isLeftOut(file) {
			continue
		}
		found.modules = append(found.modules, name)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			found.broken = true
			continue
		}
		if parsed.Name.Name != "kubeless" {
			return found, fmt.Errorf("%s.go: the package is `%s`, not `kubeless`\n"+
				"hint: begin each file of the function with `package kubeless`", name, parsed.Name.Name)
		}
		for _, declaration := range parsed.Decls {
			found.add(declaration)
		}
	}
	if len(found.modules) == 0 {
		return found, fmt.Errorf("there is no function: no file `*.go` in the install volume")
	}
	slices.Sort(found.names)
	return found, nil
}

// isLeftOut tells whether the compiler leaves a file out: its name or a build constraint says so.
func isLeftOut(file string) bool {
	target := build.Default
	target.CgoEnabled = false
	matches, err := target.MatchFile(filepath.Dir(file), filepath.Base(file))
	return err == nil && !matches
}

func (s *source) add(declaration ast.Decl) {
	switch declaration := declaration.(type) {
	case *ast.FuncDecl:
		if declaration.Recv == nil && declaration.Name.IsExported() {
			s.names = append(s.names, declaration.Name.Name)
			s.kinds[declaration.Name.Name] = declaration.Type
		}
	case *ast.GenDecl:
		for _, specification := range declaration.Specs {
			switch specification := specification.(type) {
			case *ast.TypeSpec:
				s.others[specification.Name.Name] = specification
			case *ast.ValueSpec:
				for index, name := range specification.Names {
					s.addValue(name.Name, declaration.Tok, specification, index)
				}
			}
		}
	}
}

// addValue takes a variable for a function where it may hold one; the types decide at the start.
func (s *source) addValue(name string, kind token.Token, specification *ast.ValueSpec, index int) {
	var value ast.Node = specification
	if index < len(specification.Values) {
		value = specification.Values[index]
	}
	switch value.(type) {
	case *ast.BasicLit, *ast.CompositeLit, *ast.BinaryExpr:
		s.others[name] = value
		return
	}
	if kind == token.VAR && token.IsExported(name) {
		s.names = append(s.names, name)
		return
	}
	s.others[name] = value
}

// check finds out whether the handler exists and can be called.
func (s *source) check(handler string) error {
	if s.broken {
		return nil
	}
	kind := s.kinds[handler]
	wrong := kind != nil && (kind.TypeParams != nil || kind.Params.NumFields() != 2 || kind.Results.NumFields() != 2)
	if _, other := s.others[handler]; other || wrong { // LOAD-6
		return fmt.Errorf("handler `%s` can't be called: it is not a function of an event and a "+
			"context with two results\nhint: %s", handler, strings.Replace(signature, "Handler", handler, 1))
	}
	if !slices.Contains(s.names, handler) { // LOAD-2
		return fmt.Errorf("handler `%s` does not exist; found: %s\nhint: a handler is an exported "+
			"function: %s", handler, "`"+strings.Join(s.names, "`, `")+"`", signature)
	}
	return nil
}
