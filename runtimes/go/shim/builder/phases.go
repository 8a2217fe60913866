package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// shimFolder is where the image keeps the shim's modules.
func shimFolder() string {
	if folder := os.Getenv("SHIM"); folder != "" {
		return folder
	}
	return "/opt/runtimes/go/shim"
}

// entry is the folder of the program's main package, in the function's module.
const entry = "kubeless_server"

// install downloads what the function's go.mod asks for into the install volume.
func install(loaded settings, work string) error {
	manifest, err := readManifest(loaded)
	if err != nil || manifest == nil {
		return err
	}
	kept := filepath.Join(loaded.volume, modules)
	tools, err := newToolchain(work, filepath.Join(kept, "cache"))
	if err != nil {
		return err
	}
	if err := copySource(loaded.volume, tools.folder); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tools.folder, "go.mod"), manifest, 0o644); err != nil {
		return err
	}
	if err := tools.run(edits(shimFolder())...); err != nil {
		return fmt.Errorf("go.mod: %w", err)
	}
	if err := tools.run("list", "-mod=mod", "-modcacherw", "-deps", "."); err != nil {
		return fmt.Errorf("the dependencies of go.mod can't be installed:\n%w", err)
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(tools.folder, name))
		if errors.Is(err, os.ErrNotExist) { // there is nothing to be summed
			continue
		}
		if err != nil {
			return err
		}
		if err := os.MkdirAll(kept, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(kept, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// compile makes the program of the function, with the handler bound.
func compile(loaded settings, work string) error {
	if loaded.handler == "" {
		return fmt.Errorf("variable `KUBELESS_FUNC_NAME` is missing\nhint: it names the handler")
	}
	manifest, err := readManifest(loaded)
	if err != nil {
		return err
	}
	folder := filepath.Join(work, "function")
	if err := copySource(loaded.volume, folder); err != nil {
		return err
	}
	found, err := inspect(folder)
	if err == nil {
		err = found.check(loaded.handler)
	}
	if err != nil {
		return err
	}
	tools, path, err := prepare(loaded, work, manifest)
	if err != nil {
		return err
	}
	if err := writeEntry(filepath.Join(folder, entry), path, loaded.handler, found); err != nil {
		return err
	}
	made := filepath.Join(work, program)
	err = tools.run("build", "-mod=mod", "-modcacherw", "-buildvcs=false", "-trimpath",
		"-ldflags=-s -w", "-o", made, "./"+entry)
	if err != nil {
		return fmt.Errorf("the function can't be compiled:\n%w", explain(err, manifest == nil))
	}
	if err := place(made, filepath.Join(loaded.volume, program)); err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(loaded.volume, modules)) // the program holds what it needs
}

// prepare writes the go.mod to compile with, and gives the module's path.
func prepare(loaded settings, work string, manifest []byte) (toolchain, string, error) {
	folder, kept := filepath.Join(work, "function"), filepath.Join(loaded.volume, modules)
	file := filepath.Join(folder, "go.mod")
	if manifest == nil { // IMAGE-12
		tools, err := newToolchain(work, filepath.Join(work, "modules"), "GOPROXY=off", "GOSUMDB=off")
		if err == nil {
			err = os.WriteFile(file, plainManifest(shimFolder()), 0o644)
		}
		return tools, "kubeless", err
	}
	if content, err := os.ReadFile(filepath.Join(kept, "go.mod")); err == nil {
		tools, err := newToolchain(work, filepath.Join(kept, "cache"), "GOPROXY=off")
		if err == nil {
			err = os.WriteFile(file, content, 0o644)
		}
		if sums, missing := os.ReadFile(filepath.Join(kept, "go.sum")); err == nil && missing == nil {
			err = os.WriteFile(filepath.Join(folder, "go.sum"), sums, 0o644)
		}
		return tools, modulePath(content), err
	}
	tools, err := newToolchain(work, filepath.Join(work, "modules"))
	if err == nil {
		err = os.WriteFile(file, manifest, 0o644)
	}
	if err == nil {
		err = tools.run(edits(shimFolder())...)
	}
	return tools, modulePath(manifest), err
}

// explain adds what the function's author can do about an import that nothing provides.
func explain(err error, plain bool) error {
	if plain && strings.Contains(err.Error(), "disabled by GOPROXY=off") {
		return fmt.Errorf("%w\nhint: deploy a go.mod that requires the module as the function's "+
			"dependencies", err)
	}
	return err
}

// place puts the program where the runtime looks for it, at once.
func place(made, target string) error {
	content, err := os.ReadFile(made)
	if err != nil {
		return err
	}
	if err := os.WriteFile(target+".new", content, 0o755); err != nil {
		return err
	}
	return os.Rename(target+".new", target)
}
