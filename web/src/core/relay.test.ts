import { describe, expect, it } from 'vitest';
import { throughRelay } from './relay';

describe('calls from an app that this machine hands out', () => {
  it('go through the relay, with the name of the server that they are for', () => {
    expect(throughRelay('https://example.org/v1/ab/sync', 'http://127.0.0.1:8790/')).toEqual({
      url: 'http://127.0.0.1:8790/relay/v1/ab/sync',
      server: 'https://example.org',
    });
    expect(throughRelay('http://127.0.0.1:8780/v1/workspaces', 'http://127.0.0.1:8790/')?.server).toBe('http://127.0.0.1:8780');
  });
  it('go straight to the server where the app came from it', () => {
    expect(throughRelay('https://example.org/v1/workspaces', 'https://example.org/')).toBeNull();
    expect(throughRelay('http://127.0.0.1:8780/v1/workspaces', 'http://127.0.0.1:8780/')).toBeNull();
  });
  it('are left alone where the app came from another server: its policy stops them', () => {
    expect(throughRelay('https://example.org/v1/workspaces', 'https://other.example/')).toBeNull();
  });
});
