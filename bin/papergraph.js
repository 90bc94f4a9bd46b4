#!/usr/bin/env node
import module from 'node:module';

// Keeps compiled code for the next start. Node has it from version 22.1 on.
module.enableCompileCache?.();
await import('../dist/bundle/main.js');
