<?php

declare(strict_types=1);

namespace FunctionRuntime;

use FunctionRuntime\Nyholm\Psr7\Stream;
use FunctionRuntime\Nyholm\Psr7\UploadedFile;

/** Reads the forms that browsers send, and JSON, for the PSR-7 request (REQUEST-16). */
final class Form
{
    /**
     * Return the parsed body, null if its type says nothing of fields, and the uploaded files.
     *
     * @return array{array<mixed>|object|null, array<mixed>}
     */
    public static function read(string $body, string $type): array
    {
        if (preg_match('/^\s*multipart\/form-data\s*;.*?boundary="?([^";]+)/is', $type, $found) === 1) {
            return self::multipart($body, rtrim($found[1]));
        }
        if (preg_match('/^\s*application\/x-www-form-urlencoded\s*(;|$)/i', $type) === 1) {
            parse_str($body, $fields);
            return [$fields, []];
        }
        $parsed = preg_match('/^[^;]*[\/+]json\s*(;|$)/i', $type) === 1 ? json_decode($body, true) : null;
        return [is_array($parsed) ? $parsed : null, []];
    }

    /** @return array{array<mixed>, array<mixed>} */
    private static function multipart(string $body, string $boundary): array
    {
        $fields = $files = [];
        $parts = explode("\r\n--$boundary", "\r\n$body");
        foreach (array_slice($parts, 1, -1) as $part) { // between the preamble and the end
            [$head, $content] = explode("\r\n\r\n", $part, 2) + [1 => ''];
            $name = self::parameter($head, 'name');
            $file = self::parameter($head, 'filename');
            if ($name !== null && $file === null) {
                self::put($fields, $name, $content);
            } elseif ($name !== null) {
                preg_match('/\r\nContent-Type:[ \t]*([^\r]+)/i', $head, $type);
                $error = $file === '' && $content === '' ? UPLOAD_ERR_NO_FILE : UPLOAD_ERR_OK;
                $stream = Stream::create($content);
                self::put($files, $name, new UploadedFile($stream, strlen($content), $error, $file, $type[1] ?? null));
            }
        }
        return [$fields, $files];
    }

    /** A parameter of a part's Content-Disposition. They are read from the left, as a value may hold `; name=`. */
    private static function parameter(string $head, string $name): ?string
    {
        preg_match('/\r\nContent-Disposition:([^\r]*)/i', $head, $line);
        $form = '/;[ \t]*([^=;\s]+)=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\s]*))/';
        preg_match_all($form, $line[1] ?? '', $all, PREG_SET_ORDER);
        foreach ($all as $found) {
            if (strtolower($found[1]) === $name) {
                return strtr($found[3] ?? $found[2], ['\\"' => '"', '\\\\' => '\\', '%22' => '"']);
            }
        }
        return null;
    }

    /**
     * Put a value where its name says: `a[b][]` is in arrays.
     *
     * @param array<mixed> $to
     * @param mixed $value
     */
    private static function put(array &$to, string $name, $value): void
    {
        preg_match('/^([^\[]+)((?:\[[^\[\]]*\])*)$/', $name, $found);
        preg_match_all('/\[([^\[\]]*)\]/', $found[2] ?? '', $keys);
        $place = &$to[$found[1] ?? $name];
        foreach ($keys[1] as $key) {
            $place = is_array($place) ? $place : [];
            $key === '' ? $place = &$place[] : $place = &$place[$key];
        }
        $place = $value;
    }
}
