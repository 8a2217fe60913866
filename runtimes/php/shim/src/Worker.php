<?php

declare(strict_types=1);

namespace FunctionRuntime;

/** The template forks workers; each executes a call at a time. */
final class Worker
{
    private const NO_CALL = 0;
    private const FAILED_CALL = 2;
    public static string $folder = '';
    /** @var array<string, string> */
    public static array $context = [];
    private static int $bodyLimit = 0;

    public static function run(): void
    {
        // The first of a process compiles and looks for files: once here, not once in each worker.
        $sample = ['method' => 'GET', 'path' => '/', 'query' => '', 'version' => 'HTTP/1.1', 'body' => ''];
        $event = Event::of($sample + ['address' => '', 'headers' => ['host' => ['localhost']]], 0);
        [$event->extensions->request, $event->extensions->response->getBody()];
        unset($event);
        if (fork_workers()) {
            self::$bodyLimit = body_limit();
            while (self::serve(next_request())) {
                continue;
            }
        }
    }

    /** @param ?array<string, mixed> $request */
    private static function serve(?array $request): bool
    {
        if ($request === null) {
            return false;
        }
        if (!begin_call()) { // the deadline bounds the decoding of a body too
            return true;
        }
        try {
            $event = Event::of($request, self::$bodyLimit);
            unset($request); // so that the body is there once
        } catch (Refusal $refusal) {
            answer($refusal->getCode(), $refusal->fields, null, self::NO_CALL);
            return true;
        }
        self::call($event);
        return true;
    }

    private static function call(\stdClass $event): void
    {
        $extensions = $event->extensions;
        chdir(self::$folder);
        try {
            Answer::send((Loader::$handler)($event, (object) self::$context), $extensions);
        } catch (\Throwable $error) {
            error_log((string) $error); // RESPONSE-12
            end_stream(false) || answer(500, Refusal::TEXT, null, self::FAILED_CALL); // RESPONSE-11
        }
        while (ob_get_level() > 0 && ob_end_flush()) {
            continue;
        }
        if (ini_get('max_execution_time') !== '0') {
            set_time_limit(0);
        }
    }
}
