#!/bin/sh
# Builds @NAME@.jar. Wants a JDK 25, which JAVA_HOME names or the path has. quern.jar is what functions are compiled against; their own
# jars leave it out.
set -eu
cd "$(dirname "$0")"
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
rm -rf classes
"${bin}javac" --release 25 -Xlint:all -cp quern.jar -d classes Function.java
"${bin}jar" --create --file @NAME@.jar --main-class Function --date 2026-01-01T00:00:00Z -C classes .
