#!/bin/sh
# A reader who asks for one page again and again while something happens to the server.
#
#   asking.sh FOLDER     until FOLDER has a file "enough": a line in "served" or "refused" for each
#                        request; openssl is taken from PATH
set -eu
folder=$1

until [ -e "$folder/enough" ]; do
	answer=$(printf 'gemini://localhost/index.gmi\r\n' | timeout 20 openssl s_client -quiet \
		-connect 127.0.0.1:1965 -servername localhost 2>"$folder/words" | head -n 1) || true
	case $answer in
	'20 '*) echo "$answer" >>"$folder/served" ;;
	*) echo "'$answer' $(tail -n 3 "$folder/words")" >>"$folder/refused" ;;
	esac
done
