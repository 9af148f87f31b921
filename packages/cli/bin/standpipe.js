#!/usr/bin/env node
import '../dist/bundle/standpipe.js';
