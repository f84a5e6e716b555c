import { mount } from 'svelte';
import './app.css';
import Start from './Start.svelte';
import { theme } from './theme.svelte';

theme.apply();
mount(Start, { target: document.getElementById('app')! });
