<?php

declare(strict_types=1);

namespace FunctionRuntime;

/** CloudEvents 1.0 in both modes of their HTTP binding (REQUEST-18 to REQUEST-20, REQUEST-25). */
final class CloudEvent
{
    // One character of UTF-8 as escapes: of one, two, three or four bytes.
    private const ESCAPED = '/%[0-7][0-9a-f]|%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](%[89ab][0-9a-f]){2}'
        . '|%f[0-7](%[89ab][0-9a-f]){3}/i';

    /** @param array<string, string> $headers */
    public static function isBinary(array $headers): bool
    {
        return isset($headers['ce-id']) || isset($headers['ce-type']) || isset($headers['ce-source'])
            || isset($headers['ce-specversion']);
    }

    public static function isStructured(string $type): bool
    {
        return preg_match('/^\s*application\/cloudevents\+json\s*(;|$)/i', $type) === 1;
    }

    /**
     * Return the event's fields that headers in binary mode hold.
     *
     * @param array<string, string> $headers
     * @return array<string, ?string>
     */
    public static function binary(array $headers): array
    {
        $attributes = [];
        foreach (['id', 'type', 'time', 'source', 'specversion'] as $name) {
            $attributes[$name] = isset($headers["ce-$name"]) ? self::unescape($headers["ce-$name"]) : null;
        }
        return self::fields($attributes);
    }

    /**
     * Return the event's fields and data that an envelope in structured mode holds.
     *
     * @return array<string, mixed>
     */
    public static function structured(string $body, string $type): array
    {
        $envelope = Body::json($body, $type);
        $attributes = $envelope instanceof \stdClass ? get_object_vars($envelope) : [];
        $fields = self::fields($attributes);
        $encoded = $attributes['data_base64'] ?? null;
        if ($encoded === null) {
            return $fields + ['data' => $attributes['data'] ?? null];
        }
        $decoded = is_string($encoded) ? base64_decode($encoded, true) : false;
        if ($decoded === false) {
            throw new Refusal(400);
        }
        return $fields + ['data' => $decoded];
    }

    private static function unescape(string $value): string
    {
        $decode = static function (array $found): string {
            $decoded = rawurldecode($found[0]);
            return mb_check_encoding($decoded, 'UTF-8') ? $decoded : $found[0];
        };
        return preg_replace_callback(self::ESCAPED, $decode, $value) ?? $value; // REQUEST-26
    }

    /**
     * @param array<string, mixed> $attributes
     * @return array<string, ?string>
     */
    private static function fields(array $attributes): array
    {
        foreach (['id', 'type', 'source', 'specversion'] as $name) {
            if (!is_string($attributes[$name] ?? null) || $attributes[$name] === '') {
                throw new Refusal(400);
            }
        }
        if (preg_match('/^1(\.[0-9]+)?$/D', $attributes['specversion']) !== 1) {
            throw new Refusal(400);
        }
        $time = $attributes['time'] ?? null;
        return [
            'event-id' => $attributes['id'],
            'event-type' => $attributes['type'],
            'event-time' => is_string($time) ? $time : null,
            'event-namespace' => $attributes['source'],
        ];
    }
}
