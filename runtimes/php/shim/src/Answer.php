<?php

declare(strict_types=1);

namespace FunctionRuntime;

use Psr\Http\Message\ResponseInterface;
use Psr\Http\Message\StreamInterface;

/** Turns what a handler returns into the answer. */
final class Answer
{
    private const PIECE = 65536; // bytes
    private const JSON = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE
        | JSON_PRESERVE_ZERO_FRACTION;

    /**
     * Send `$value`. Status and headers are those of a response that is returned or was set.
     *
     * @param mixed $value
     */
    public static function send($value, Extensions $extensions): void
    {
        if ($value instanceof \Generator) {
            $value->current(); // its code until the first piece may set status and headers
        }
        $response = $value instanceof ResponseInterface ? $value : $extensions->answered();
        $status = $response === null ? 200 : $response->getStatusCode();
        $headers = $response === null ? [] : $response->getHeaders();
        if ($response !== null && ($value === null || $value === $response)) {
            $value = $response->getBody();
        }
        $pieces = self::pieces($value);
        [$type, $body] = $pieces === null ? self::serialise($value) : ['application/octet-stream', ''];
        $isBodyless = $status === 204 || $status === 304; // RESPONSE-7
        if ($type !== null && !$isBodyless && !isset(array_change_key_case($headers)['content-type'])) {
            $headers['Content-Type'] = $type;
        }
        if ($pieces === null) {
            run_shutdown_functions();
            answer($status, $headers, $body);
            return;
        }
        stream($status, $headers);
        foreach ($pieces as $piece) {
            if (!write((string) $piece)) {
                break;
            }
        }
        run_shutdown_functions();
        end_stream(true);
    }

    /**
     * Return the pieces of what is sent piece by piece (RESPONSE-9), null for everything else.
     *
     * @param mixed $value
     * @return ?iterable<mixed>
     */
    private static function pieces($value): ?iterable
    {
        if ($value instanceof \Generator) {
            return $value;
        }
        if (is_resource($value) && get_resource_type($value) === 'stream') {
            return self::read(static function () use ($value) {
                return feof($value) ? '' : (string) fread($value, self::PIECE);
            });
        }
        if (!$value instanceof StreamInterface || ($value->getSize() ?? PHP_INT_MAX) <= self::PIECE) {
            return null;
        }
        $value->isSeekable() && $value->rewind();
        return self::read(static function () use ($value) {
            return $value->eof() ? '' : $value->read(self::PIECE);
        });
    }

    /** @return \Generator<string> */
    private static function read(callable $next): \Generator
    {
        while (($piece = $next()) !== '') {
            yield $piece;
        }
    }

    /**
     * Return content type and body. Throws if the value can't be serialised (RESPONSE-10).
     *
     * @param mixed $value
     * @return array{?string, string}
     */
    private static function serialise($value): array
    {
        if ($value === null) {
            return [null, '']; // RESPONSE-4
        }
        if ($value instanceof \Closure || is_resource($value)) {
            throw new \TypeError('the function returned a ' . gettype($value) . ', which can\'t be serialised');
        }
        $isText = is_object($value) && method_exists($value, '__toString') && !$value instanceof \JsonSerializable;
        if (!is_string($value) && !$isText) {
            return ['application/json', json_encode($value, self::JSON, Body::DEPTH)]; // RESPONSE-3, RESPONSE-5
        }
        $text = (string) $value;
        $isUnicode = mb_check_encoding($text, 'UTF-8'); // RESPONSE-1, RESPONSE-2
        return [$isUnicode ? 'text/html; charset=UTF-8' : 'application/octet-stream', $text];
    }
}
