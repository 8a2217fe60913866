<?php

declare(strict_types=1);

namespace FunctionRuntime;

/** Decodes bodies: content encodings, charsets, JSON. */
final class Body
{
    public const DEPTH = 4000; // of JSON; ten times as much would overflow the stack
    private const PIECE = 4096; // bytes; what comes out of one may be a thousand times as much
    private const CHARSETS = [
        '' => 'UTF-8',
        'utf-8' => 'UTF-8',
        'utf8' => 'UTF-8',
        'us-ascii' => 'ASCII',
        'ascii' => 'ASCII',
        'iso-8859-1' => 'ISO-8859-1',
        'latin1' => 'ISO-8859-1',
        'utf-16' => 'UTF-16BE',
        'utf-16be' => 'UTF-16BE',
        'utf-16le' => 'UTF-16LE',
    ];

    /**
     * Undo the content encodings in `$fields`; a result of more than `$limit` bytes is refused.
     *
     * @param list<string> $fields
     */
    public static function decode(string $body, array $fields, int $limit): string
    {
        $codings = preg_split('/[\s,]+/', strtolower(implode(',', $fields)), -1, PREG_SPLIT_NO_EMPTY) ?: [];
        $codings = array_values(array_diff($codings, ['identity']));
        if ($body === '' || $codings === []) {
            return $body;
        }
        if (count($codings) > 1 || !in_array($codings[0], ['gzip', 'x-gzip', 'deflate'], true)) {
            throw new Refusal(415, ['Accept-Encoding' => 'gzip, deflate']);
        }
        if ($codings[0] !== 'deflate') {
            return self::inflate($body, ZLIB_ENCODING_GZIP, $limit);
        }
        $isZlib = (ord($body[0]) & 15) === 8 && strlen($body) > 1 && (ord($body[0]) * 256 + ord($body[1])) % 31 === 0;
        return self::inflate($body, $isZlib ? ZLIB_ENCODING_DEFLATE : ZLIB_ENCODING_RAW, $limit);
    }

    private static function inflate(string $body, int $encoding, int $limit): string
    {
        $decoded = '';
        for ($start = 0; $start < strlen($body); $start += inflate_get_read_len($context)) {
            $context = inflate_init($encoding);
            if ($context === false || ($start > 0 && $encoding !== ZLIB_ENCODING_GZIP)) {
                throw new Refusal(400); // only gzip has several members
            }
            for ($at = $start; inflate_get_status($context) !== ZLIB_STREAM_END; $at += self::PIECE) {
                $piece = $at < strlen($body) ? @inflate_add($context, substr($body, $at, self::PIECE)) : false;
                if ($piece === false) {
                    throw new Refusal(400);
                }
                $decoded .= $piece;
                if (strlen($decoded) > $limit) {
                    throw new Refusal(413);
                }
            }
        }
        return $decoded;
    }

    /**
     * Parse JSON of content type `$type`; an empty body stays empty (REQUEST-7, REQUEST-8).
     *
     * @return mixed
     */
    public static function json(string $body, string $type)
    {
        if ($body === '') {
            return '';
        }
        preg_match('/;\s*charset\s*=\s*"?([^\s;"]*)/i', $type, $found);
        $charset = self::CHARSETS[strtolower($found[1] ?? '')] ?? null;
        if ($charset === null) {
            throw new Refusal(415);
        }
        if ($charset === 'UTF-16BE' && strncmp($body, "\xFF\xFE", 2) === 0) {
            $charset = 'UTF-16LE';
        }
        if (!mb_check_encoding($body, $charset)) {
            throw new Refusal(400);
        }
        $text = $charset === 'UTF-8' ? $body : mb_convert_encoding($body, 'UTF-8', $charset);
        $text = strncmp($text, "\u{FEFF}", 3) === 0 ? substr($text, 3) : $text;
        try {
            return json_decode($text, false, self::DEPTH, JSON_THROW_ON_ERROR);
        } catch (\JsonException $error) {
            throw new Refusal(400);
        }
    }
}
