<?php

declare(strict_types=1);

namespace FunctionRuntime\Tests;

use FunctionRuntime\Body;
use FunctionRuntime\Refusal;
use PHPUnit\Framework\TestCase;

/** Content encodings, charsets, JSON. */
final class BodyTest extends TestCase
{
    private const LIMIT = 100000;

    /** @param callable(): mixed $action */
    private function statusOf(callable $action): int
    {
        try {
            $action();
        } catch (Refusal $refusal) {
            return $refusal->getCode();
        }
        return 200;
    }

    private function decodingOf(string $body, string ...$fields): int
    {
        return $this->statusOf(static function () use ($body, $fields) {
            Body::decode($body, array_values($fields), self::LIMIT);
        });
    }

    /** Each coding is undone, in any case; gzip may have several members. */
    public function testCodings(): void
    {
        $text = str_repeat('grüße ', 5000);
        $bodies = [
            'gzip' => gzencode($text),
            'X-GZip' => gzencode(substr($text, 0, 99)) . gzencode(substr($text, 99)),
            'deflate' => gzcompress($text),
            ', Deflate, identity' => gzdeflate($text),
            'identity' => $text,
        ];
        foreach ($bodies as $coding => $body) {
            self::assertSame($text, Body::decode((string) $body, [$coding], self::LIMIT), $coding);
        }
        self::assertSame('', Body::decode('', ['unknown'], self::LIMIT));
    }

    /** An unknown coding is 415, a malformed body 400, one that is too large 413. */
    public function testRefusedCodings(): void
    {
        $packed = (string) gzencode('text');
        self::assertSame(415, $this->decodingOf($packed, 'br'));
        self::assertSame(415, $this->decodingOf($packed, 'gzip', 'gzip'));
        self::assertSame(400, $this->decodingOf(substr($packed, 0, -1), 'gzip'));
        self::assertSame(400, $this->decodingOf($packed . 'x', 'gzip'));
        self::assertSame(400, $this->decodingOf(strrev($packed), 'gzip'));
        self::assertSame(400, $this->decodingOf(gzcompress('text') . 'x', 'deflate'));
        self::assertSame(413, $this->decodingOf((string) gzencode(str_repeat('x', self::LIMIT + 1)), 'gzip'));
        self::assertSame(200, $this->decodingOf((string) gzencode(str_repeat('x', self::LIMIT)), 'gzip'));
    }

    /** JSON is read in its charset, without a mark of the byte order. */
    public function testCharsets(): void
    {
        $charsets = [
            '' => '"ü"',
            '; charset=utf-8' => "\u{FEFF}\"ü\"",
            '; Charset="ISO-8859-1"' => "\"\xFC\"",
            ';charset=utf-16' => "\xFF\xFE\"\0\xFC\0\"\0",
            '; charset=utf-16be' => "\0\"\0\xFC\0\"",
        ];
        foreach ($charsets as $charset => $body) {
            self::assertSame('ü', Body::json($body, "application/json$charset"), $charset);
        }
    }

    /** Malformed JSON is 400, an unknown charset 415, an empty body none. */
    public function testJson(): void
    {
        self::assertSame('', Body::json('', 'application/json'));
        self::assertNull(Body::json('null', 'application/json'));
        self::assertSame(42, Body::json('{"a": 42}', 'application/json')->a);
        $refused = ['{"a": ' => 400, ' ' => 400, 'NaN' => 400, "\"\xFF\"" => 400, "\"\0a\0\"" => 400];
        foreach ($refused + [str_repeat('[', 100000) => 400] as $body => $status) {
            self::assertSame($status, $this->statusOf(static function () use ($body) {
                Body::json((string) $body, 'application/json');
            }));
        }
        self::assertSame(415, $this->statusOf(static function () {
            Body::json('1', 'application/json; charset=klingon');
        }));
    }
}
