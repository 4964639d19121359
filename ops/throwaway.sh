# Shared by ops/postgres and ops/kafka: servers that live in a directory of their own under /tmp and
# go away with whoever started them.  Sourced, not run, by scripts that say in end_signal by which
# signal their server ends at once.
#
# A server's directory holds its data, "log", "server.pid", and "watchdog.pid": a process that waits
# for the owner to end, in whatever way, and then ends the server and removes the directory.

die() {
    echo "ops/${0##*/}: $*" >&2
    exit 1
}

# A zombie runs no more.
is_running() {
    local pid state
    [ -s "$1/server.pid" ] && read -r pid <"$1/server.pid" &&
        state=$(cat "/proc/$pid/stat" 2>/dev/null) && state=${state##*) } && [ "${state%% *}" != Z ]
}

# Run the command in the background as the server of directory $1.  Its parent waits for it: a server
# that was killed must not stay a zombie, which PostgreSQL takes for a running one.
run_server() {
    local dir=$1
    shift
    rm -f "$dir/server.pid"
    (
        cd "$dir" || exit
        "$@" &
        echo $! >"$dir/server.pid"
        wait $!
    ) </dev/null >>"$dir/log" 2>&1 &
    while [ ! -s "$dir/server.pid" ]; do
        sleep 0.01
    done
}

# Wait until the server of directory $1 has ended, at most $2 seconds.
wait_for_end() {
    local tries
    for ((tries = 0; tries < $2 * 20; tries++)); do
        is_running "$1" || return 0
        sleep 0.05
    done
    return 1
}

# Watch over directory $1 on behalf of process $2.
watch_over() {
    setsid bash -c '
        tail -s 0.5 --pid="$2" -f /dev/null
        pid=$(cat "$1/server.pid" 2>/dev/null)
        if [ -n "$pid" ]; then
            kill -QUIT "$pid" 2>/dev/null && sleep 1
            kill -KILL "$pid" 2>/dev/null
        fi
        rm -rf "$1"' watchdog "$1" "$2" </dev/null >/dev/null 2>&1 &
    echo $! >"$1/watchdog.pid"
}

# End the server at once and remove every trace of directory $1.
remove() {
    [ -d "$1" ] || return 0
    if [ -s "$1/watchdog.pid" ]; then
        # setsid made it the leader of a group: its tail goes with it.
        kill -KILL -- "-$(cat "$1/watchdog.pid")" 2>/dev/null || true
    fi
    if is_running "$1"; then
        kill "-$end_signal" "$(cat "$1/server.pid")" 2>/dev/null || true
        wait_for_end "$1" 2 || kill -KILL "$(cat "$1/server.pid")" 2>/dev/null || true
    fi
    rm -rf "$1"
}

# Only directories that these scripts made are ever removed.
check_directory() {
    case "${1:-}" in
    */restage-"${0##*/}".*) [ -d "$1" ] || die "no such server: $1" ;;
    *) die "not a directory of ops/${0##*/}: '${1:-}'" ;;
    esac
}
