import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { speak } from './i18n/index.svelte';
import { prefs, showTheme } from './state/prefs.svelte';
import { startSession } from './state/session.svelte';
import { keepApp } from './state/update.svelte';
import { takeInvitation } from './state/invitation';

takeInvitation();
showTheme();
startSession();
void keepApp();
// The words come before the first screen: half a second of blank keys helps nobody.
await speak(prefs.lang).catch(() => speak('en'));
mount(App, { target: document.getElementById('app')! });
