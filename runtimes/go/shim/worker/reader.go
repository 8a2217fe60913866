package worker

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
)

// readerOf is the reader that a function has returned in place of a body, or nil.
func readerOf(value any) io.Reader {
	reader, found := value.(io.Reader)
	if !found || isNilPointer(value) {
		return nil
	}
	if _, encodes := value.(json.Marshaler); encodes {
		return nil
	}
	return reader
}

func isNilPointer(value any) bool {
	found := reflect.ValueOf(value)
	return found.Kind() == reflect.Pointer && found.IsNil()
}

// copy sends what a reader gives, as a part of the call: to read may execute the function's code. It closes
// the reader if that is possible.
func (x *exchange) copy(reader io.Reader) error {
	if closer, found := reader.(io.Closer); found {
		defer closer.Close()
	}
	if _, err := io.Copy(x, reader); err != nil {
		return fmt.Errorf("the function's result of type `%T` can't be read: %w", reader, err)
	}
	return nil
}

// hidesAll tells of a struct without an exported field, which JSON would show as `{}`.
func hidesAll(value any) bool {
	kind := reflect.TypeOf(value)
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind.Kind() != reflect.Struct || kind.NumField() == 0 {
		return false
	}
	for index := 0; index < kind.NumField(); index++ {
		if field := kind.Field(index); field.IsExported() || field.Anonymous {
			return false
		}
	}
	return true
}
