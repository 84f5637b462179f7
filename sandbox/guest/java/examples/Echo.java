import dev.quern.guest.Call;
import dev.quern.guest.Entry;
import dev.quern.guest.View;

/** Replies its arguments, one after the other. */
public final class Echo implements Entry {
    private final View argument = new View();

    @Override
    public int run(Call call) {
        int count = call.argumentCount();
        for (int i = 0; i < count; i++) {
            call.argument(i, argument);
            call.reply(argument);
        }
        return 0;
    }
}
