package dev.quern.server.resp;

/** The HELP of commands with subcommands. */
final class Help {
    private Help() {}

    static void reply(ReplyWriter reply, Command command, String... subcommands) {
        reply.array(subcommands.length + 1L);
        reply.simple(command.name() + " <subcommand> [<arg> ...]. Subcommands are:");
        for (String subcommand : subcommands) {
            reply.simple(subcommand);
        }
    }
}
