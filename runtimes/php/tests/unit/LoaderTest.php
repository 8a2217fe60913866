<?php

declare(strict_types=1);

namespace FunctionRuntime\Tests;

use FunctionRuntime\Loader;
use PHPUnit\Framework\TestCase;

/** What is said of a function that can't be loaded. */
final class LoaderTest extends TestCase
{
    private function cause(string $module, string $handler = 'handler'): string
    {
        $supervisor = new Supervisor($module, $handler);
        try {
            $supervisor->command('await', 'READY');
            self::fail("`$module` has been loaded");
        } catch (\RuntimeException $error) { // the worker has ended
            $lines = explode("\n", trim($supervisor->stop()));
        }
        return str_replace(__DIR__ . '/functions', 'FOLDER', end($lines));
    }

    /** The last line of stderr is the cause. */
    public function testCauses(): void
    {
        $causes = [
            'absent' => 'module `absent` not found: `FOLDER/absent.php` does not exist',
            'exits' => 'module `FOLDER/exits.php` can\'t be loaded: it ends the process',
            'twice' => 'module `FOLDER/twice.php` can\'t be loaded: Cannot redeclare',
            'syntax' => 'module `FOLDER/syntax.php` can\'t be loaded: FOLDER/syntax.php:3: ParseError: ',
        ];
        foreach ($causes as $module => $cause) {
            self::assertStringStartsWith($cause, $this->cause($module));
        }
    }

    /** The functions of the file are listed, and not those that it includes. */
    public function testHandlers(): void
    {
        $place = 'handler `%s` in `FOLDER/names.php`';
        self::assertSame(
            sprintf($place, 'absent') . ' not found: it defines `Space\\inner`, `oneName`, `otherName`',
            $this->cause('names', 'absent')
        );
        $constant = sprintf($place, 'NAME') . ' can\'t be called: it is a constant';
        self::assertSame($constant, $this->cause('names', 'NAME'));
    }

    /** Functions of namespaces and static methods are handlers too. */
    public function testOtherHandlers(): void
    {
        foreach (['Space\\inner', 'Space\\Kind::method'] as $handler) {
            $supervisor = new Supervisor('names', $handler);
            $supervisor->command('await', 'READY');
            $supervisor->get(0, '/');
            self::assertStringEndsWith($handler, $supervisor->receive(0, $handler));
        }
    }

    /** FUNC_MEMORY_LIMIT is read as Kubernetes writes it. */
    public function testQuantities(): void
    {
        $bytes = new \ReflectionMethod(Loader::class, 'bytes');
        $bytes->setAccessible(true);
        $quantities = ['64Mi' => 67108864, '1G' => 1000000000, '1.5Ki' => 1536, '500000' => 500000, '1k' => 1000];
        foreach ($quantities as $quantity => $expected) {
            self::assertSame($expected, $bytes->invoke(null, (string) $quantity));
        }
        foreach (['', 'much', '1Xi', '-1'] as $quantity) {
            self::assertNull($bytes->invoke(null, $quantity));
        }
    }
}
