<?php

function included()
{
}
