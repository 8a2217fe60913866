<?php

declare(strict_types=1);

namespace FunctionRuntime;

/** A request that is answered without a call: its status, and fields of the answer. */
final class Refusal extends \Exception
{
    public const TEXT = ['Content-Type' => 'text/plain; charset=utf-8']; // RESPONSE-15
    /** @var array<string, string> */
    public array $fields;

    /** @param array<string, string> $fields */
    public function __construct(int $status, array $fields = [])
    {
        parent::__construct('', $status);
        $this->fields = $fields + self::TEXT;
    }
}
