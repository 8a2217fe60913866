<?php

declare(strict_types=1);

namespace FunctionRuntime\Tests;

use PHPUnit\Framework\TestCase;

/** The extension and the shim in a real worker, which the fake supervisor drives. */
final class WorkerTest extends TestCase
{
    private Supervisor $supervisor;
    private int $slot = 10; // of the last connection

    protected function setUp(): void
    {
        $this->supervisor = new Supervisor('driven');
        $this->supervisor->command('await', 'READY');
    }

    protected function tearDown(): void
    {
        $this->supervisor->stop();
    }

    /** Assert what the answer to a path begins with and ends with. */
    private function assertAnswer(string $path, string $begin, string $end): string
    {
        $this->supervisor->get(++$this->slot, $path);
        $text = $this->supervisor->receive($this->slot, $end);
        self::assertStringStartsWith("HTTP/1.1 $begin", $text);
        $this->supervisor->command('wait', (string) $this->slot, (string) Supervisor::IDLE);
        return $text;
    }

    /** A request is answered and recorded, and its connection waits for the next one. */
    public function testRequest(): void
    {
        $fields = "Referer: r\r\nUser-Agent: u\r\nContent-Length: 3\r\n";
        $this->supervisor->send(0, "PUT /?a=b HTTP/1.1\r\nHost: x\r\n$fields\r\nabc");
        $this->supervisor->receive(0, 'abc');
        $this->supervisor->command('wait', '0', (string) Supervisor::IDLE);
        [$record] = $this->supervisor->records();
        self::assertSame([200, 1, 3], [$record['Status'], $record['Outcome'], $record['Bytes']]);
        self::assertSame(['PUT', 'HTTP/1.1'], array_slice($record['Texts'], 1, 2));
        self::assertSame(['/?a=b', 'r', 'u'], array_slice($record['Texts'], 4));
    }

    /** State of the file lives on from call to call. */
    public function testState(): void
    {
        $request = "GET /count HTTP/1.1\r\nHost: x\r\n\r\n";
        $this->supervisor->send(0, $request . $request);
        self::assertMatchesRegularExpression("/\n1HTTP.*\n2$/s", $this->supervisor->receive(0, "\r\n\r\n2"));
    }

    /** A generator's status and headers count that are set before its first piece. */
    public function testStream(): void
    {
        $text = $this->assertAnswer('/stream', '202 Accepted', "0\r\n\r\n");
        self::assertStringContainsString("X-Piece: yes\r\n", $text);
        self::assertStringEndsWith("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", $text);
    }

    /** A stream that fails is cut, so that it doesn't look whole. */
    public function testBrokenStream(): void
    {
        $this->supervisor->get(0, '/broken-stream');
        $this->supervisor->command('wait', '0', (string) Supervisor::CLOSED);
        $this->supervisor->command('free', '0');
        self::assertStringEndsWith("3\r\none\r\n", $this->supervisor->receive(0, ''));
        [$record] = $this->supervisor->records();
        self::assertSame([202, 2], [$record['Status'], $record['Outcome']]);
    }

    /** A resource, an object with a text, and a response that was written to are answers. */
    public function testKinds(): void
    {
        $this->assertAnswer('/file', '200 OK', "}\n\r\n0\r\n\r\n");
        $this->assertAnswer('/object', '200 OK', 'text of an object');
        $this->assertAnswer('/body', '200 OK', 'written');
    }

    /** What can't be sent is 500, and nothing of it is sent. */
    public function testFailures(): void
    {
        $end = "Internal Server Error\n";
        foreach (['/closure', '/undefined'] as $path) {
            $this->assertAnswer($path, '500 Internal', $end);
            [$record] = $this->supervisor->records();
            self::assertSame([500, 2], [$record['Status'], $record['Outcome']]);
        }
        self::assertStringContainsString('undefined_function()', $this->supervisor->stop());
    }

    /** An end of the process is told at once, before the function's own shutdown functions run. */
    public function testExit(): void
    {
        $this->supervisor->get(0, '/exit');
        self::assertSame(0, $this->supervisor->command('await', 'EXITING')['slot']);
    }

    /** So is one for want of memory, or for too deep a recursion. */
    public function testMemory(): void
    {
        foreach (['/memory', '/recursion'] as $path) {
            $supervisor = new Supervisor('driven', 'handler', '32Mi');
            $supervisor->command('await', 'READY');
            $supervisor->get(0, $path);
            $supervisor->command('await', 'EXITING');
            self::assertStringContainsString('Allowed memory size of 33554432 bytes exhausted', $supervisor->stop());
        }
    }

    /** What a call registers for the end runs at the end of the call, once. */
    public function testShutdownFunctions(): void
    {
        foreach (['/shutdown', '/count'] as $path) {
            $this->assertAnswer($path, '200 OK', $path === '/count' ? "\r\n\r\n2" : 'registered');
        }
        self::assertSame(1, substr_count($this->supervisor->stop(), "shut down\n"));
    }

    /** A buffer that a call leaves open ends in the log. */
    public function testBuffers(): void
    {
        $this->assertAnswer('/buffer', '200 OK', 'buffered');
        self::assertStringContainsString("left in a buffer\n", $this->supervisor->stop());
    }

    /** Each call begins in the install volume, without a limit of the CPU time. */
    public function testPlace(): void
    {
        $this->assertAnswer('/elsewhere', '200 OK', 'moved');
        $this->assertAnswer('/where', '200 OK', '["functions","0"]');
    }

    /** A process that the function has forked answers nothing. */
    public function testFork(): void
    {
        $this->assertAnswer('/fork', '200 OK', 'answer of the parent');
        self::assertCount(1, $this->supervisor->records());
    }

    /** A worker that is retired ends. */
    public function testRetirement(): void
    {
        $this->assertAnswer('/count', '200 OK', "\r\n\r\n1");
        $this->supervisor->command('message', (string) Supervisor::RETIRE, '0');
        $this->supervisor->command('take', (string) $this->slot);
        $this->expectException(\RuntimeException::class);
        $this->supervisor->command('await', 'RECORDS');
    }
}
