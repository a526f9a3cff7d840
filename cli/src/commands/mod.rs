//! One file for each subcommand.

use clap::Subcommand;

use crate::context::Context;
use crate::failure::Failure;

macro_rules! commands {
    ($($(#[$meta:meta])* $file:ident :: $name:ident),* $(,)?) => {
        $(mod $file;)*

        /// The subcommands.
        #[derive(Debug, Subcommand)]
        pub(crate) enum Command {
            $($(#[$meta])* $name($file::$name),)*
        }

        /// Runs one.
        pub(crate) fn run(command: &Command, cx: &mut Context<'_, '_>) -> Result<(), Failure> {
            match command {
                $(Command::$name(command) => command.run(cx),)*
            }
        }
    };
}

commands! {
    /// Make a workspace on this device
    workspace::Workspace,
    /// Join a workspace by an invitation, with a network or without
    join::Join,
    /// Make an invitation for one new device
    invite::Invite,
    /// List invitations
    invites::Invites,
    /// Take an invitation back
    cancel_invite::CancelInvite,
    /// List people and their devices
    members::Members,
    /// Vouch for a device, after its safety number was compared
    approve::Approve,
    /// Revoke a device: nothing that it sends from now on counts
    revoke::Revoke,
    /// Show a safety number, to be compared by voice
    safety::Safety,
    /// Show who this device is
    me::Me,
    /// Show what the form asks, and the codes that it takes
    form::Form,
    /// Look up places of the gazetteer
    place::Place,
    /// Begin a report
    new::New,
    /// Answer questions of a report, or take answers back
    edit::Edit,
    /// Add, change or cross out a person, a source, a destroyed house
    entry::Entry,
    /// Let a report leave this device with the next sync
    send::Send,
    /// Take a report back; those who have it see it marked
    withdraw::Withdraw,
    /// Throw away a draft that never left this device
    discard::Discard,
    /// Show a report
    show::Show,
    /// List reports
    list::List,
    /// Search in reports, in any script
    search::Search,
    /// Show who changed what, when
    history::History,
    /// Show where people differ
    conflicts::Conflicts,
    /// Choose one of several versions; the others stay in the history
    resolve::Resolve,
    /// Put an earlier value back
    restore::Restore,
    /// Let another member read and write a report
    share::Share,
    /// Ask the monitor something (coordinators)
    ask::Ask,
    /// Answer a question
    answer::Answer,
    /// Remark on a report, for everybody who has it
    comment::Comment,
    /// Say something to the other coordinators alone
    note::Note,
    /// Answer questions of a review (coordinators)
    review::Review,
    /// Mark a report as verified (coordinators)
    verify::Verify,
    /// Reject a report, with the reason (coordinators)
    reject::Reject,
    /// List what was set apart
    quarantine::Quarantine,
    /// Take in what was set apart, after all (coordinators)
    adopt::Adopt,
    /// Exchange with the server
    sync::Sync,
    /// Show where synchronising stands
    status::Status,
    /// Write reports to a file
    export::Export,
    /// Write the incidents that public sources reported, as samples
    import_samples::ImportSamples,
    /// Build lists and documents from the envelopes again
    rebuild::Rebuild,
    /// Hand out the web app from a folder of this machine, for browsers on it alone
    app::App,
    /// Change the passphrase
    passphrase::Passphrase,
    /// Destroy everything on this device
    wipe::Wipe,
    /// Check recovery sheets, come back with them, or replace them
    recover::Recover,
}
