<?php

namespace Space {
    function inner()
    {
        return __FUNCTION__;
    }

    class Kind
    {
        public static function method()
        {
            return __METHOD__;
        }
    }
}

namespace {
    require 'included.php';

    const NAME = 'a constant';

    function otherName()
    {
    }

    function oneName()
    {
    }
}
