<?php

declare(strict_types=1);

namespace FunctionRuntime\Tests;

/** The fake supervisor, which starts a worker and does to it what it is told. */
final class Supervisor
{
    public const ACTIVE = 2;
    public const IDLE = 4;
    public const CLOSED = 6;
    public const RETIRE = 19;
    /** @var resource */
    private $process;
    /** @var array<int, resource> */
    private array $pipes = [];

    /** Start a worker with a function of the folder `functions`. */
    public function __construct(string $module, string $handler = 'handler', string $memory = '')
    {
        $environment = [
            'MOD_NAME' => $module,
            'FUNC_HANDLER' => $handler,
            'FUNC_MEMORY_LIMIT' => $memory,
            'FUNC_TIMEOUT' => '10',
            'KUBELESS_INSTALL_VOLUME' => __DIR__ . '/functions',
        ] + getenv();
        $command = ['fakesupervisor', PHP_BINARY, '-c', '/opt/shim/php.ini', '/opt/shim/worker.php'];
        $pipes = [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']];
        $process = proc_open($command, $pipes, $this->pipes, null, $environment);
        $this->process = $process ?: throw new \RuntimeException('no fake supervisor');
    }

    public function __destruct()
    {
        $this->stop();
    }

    /** End the supervisor and its worker, and return what was written to stdout and stderr. */
    public function stop(): string
    {
        if ($this->pipes === []) {
            return '';
        }
        fclose($this->pipes[0]);
        $text = (string) stream_get_contents($this->pipes[2]);
        $this->pipes = [];
        proc_close($this->process);
        return $text;
    }

    /**
     * Have a command executed, and return its answer.
     *
     * @return array<string, mixed>
     */
    public function command(string ...$words): array
    {
        fwrite($this->pipes[0], implode(' ', $words) . "\n");
        $answer = json_decode((string) fgets($this->pipes[1]), true);
        if (!is_array($answer) || isset($answer['error'])) {
            throw new \RuntimeException(implode(' ', $words) . ': ' . ($answer['error'] ?? 'no answer'));
        }
        return $answer;
    }

    /** Send a request on a new connection. */
    public function send(int $slot, string $text): void
    {
        $this->command('connect', "$slot");
        $this->command('send', "$slot", json_encode($text, JSON_THROW_ON_ERROR));
    }

    public function get(int $slot, string $path): void
    {
        $this->send($slot, "GET $path HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    /** Read until a text has come, and return all of it. */
    public function receive(int $slot, string $text): string
    {
        return $this->command('receive', "$slot", json_encode($text, JSON_THROW_ON_ERROR))['text'];
    }

    /**
     * Wait for the records of requests.
     *
     * @return list<array<string, mixed>>
     */
    public function records(): array
    {
        return $this->command('records')['records'];
    }
}
