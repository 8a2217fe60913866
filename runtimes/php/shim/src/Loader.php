<?php

declare(strict_types=1);

namespace FunctionRuntime;

/** Finds the function's file and the handler in it, and says why there is none. */
final class Loader
{
    /** @var callable */
    public static $handler;
    private static string $name = '';
    private static string $path = '';
    private static bool $isLoading = true;

    /**
     * Set the process up as `$environment` says, and return the file to load.
     *
     * @param array<string, string> $environment
     */
    public static function start(array $environment): string
    {
        $folder = ($environment['KUBELESS_INSTALL_VOLUME'] ?? '') ?: '/kubeless';
        $module = $environment['MOD_NAME'] ?? '';
        self::$name = $environment['FUNC_HANDLER'] ?? '';
        self::$path = "$folder/$module" . (substr($module, -4) === '.php' ? '' : '.php');
        if (!is_file(self::$path)) {
            self::stop("module `$module` not found: `" . self::$path . '` does not exist');
        }
        chdir($folder);
        $limit = self::bytes($environment['FUNC_MEMORY_LIMIT'] ?? '');
        if ($limit !== null) {
            ini_set('memory_limit', (string) $limit);
        }
        Worker::$folder = $folder;
        Worker::$context = [
            'function-name' => self::$name,
            'timeout' => ($environment['FUNC_TIMEOUT'] ?? '') ?: '180',
            'runtime' => $environment['FUNC_RUNTIME'] ?? '',
            'memory-limit' => $environment['FUNC_MEMORY_LIMIT'] ?? '',
        ];
        return self::$path;
    }

    /** Find the handler (LOAD-2, LOAD-6). */
    public static function find(): void
    {
        $name = self::$name;
        $place = 'handler `' . $name . '` in `' . self::$path . '`';
        if (is_callable($name)) {
            self::$handler = $name;
            self::$isLoading = false;
        } elseif (class_exists($name, false) || defined($name)) {
            self::stop("$place can't be called: it is a " . (defined($name) ? 'constant' : 'class'));
        } else {
            $names = array_map(static function (string $name): string {
                return "`$name`";
            }, self::functions());
            self::stop("$place not found: it defines " . (implode(', ', $names) ?: 'no function'));
        }
    }

    /** End the template for an error of the function's file: whole, then its cause in a line (LOAD-5, LOAD-7). */
    public static function fail(\Throwable $error): void
    {
        $place = $error instanceof \ParseError ? $error->getFile() . ':' . $error->getLine() . ': ' : ''; // LOAD-3
        $cause = get_class($error) . ': ' . strtok($error->getMessage(), "\n");
        error_log((string) $error);
        self::stop('module `' . self::$path . "` can't be loaded: $place$cause");
    }

    /** The process ends: of a worker's call, or of the template while it loads. */
    public static function end(): void
    {
        exiting();
        if (self::$isLoading) {
            $error = error_get_last();
            $cause = $error === null ? 'it ends the process' : strtok($error['message'], "\n");
            self::stop('module `' . self::$path . "` can't be loaded: $cause");
        }
    }

    /** @return never */
    private static function stop(string $cause)
    {
        self::$isLoading = false;
        fwrite(STDERR, "$cause\n");
        exit(1);
    }

    /** @return list<string> */
    private static function functions(): array
    {
        $found = [];
        foreach (get_defined_functions()['user'] as $name) {
            $function = new \ReflectionFunction($name);
            if ($function->getFileName() === realpath(self::$path)) {
                $found[] = $function->getName();
            }
        }
        sort($found);
        return $found;
    }

    /** The bytes of a quantity as Kubernetes writes it, null for anything else. */
    private static function bytes(string $quantity): ?int
    {
        if (preg_match('/^([0-9]+(?:\.[0-9]+)?)(?:([kKMGT])(i?))?$/D', $quantity, $found) !== 1) {
            return null;
        }
        $power = (int) strpos('.KMGT', strtoupper($found[2] ?? '.'));
        return (int) ($found[1] * (($found[3] ?? '') === 'i' ? 1024 : 1000) ** $power);
    }
}
